import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError, UnavailableError } from '@hitl/core';
import { describeDirectoryContract } from '@hitl/testing/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFileDirectory } from './create-file-directory.ts';
import { openLocalDirectory } from './open-local-directory.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hitl-directory-'));
  path = join(folder, 'directory.yaml');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describeDirectoryContract('the file directory', async (entries) => {
  await writeFile(path, JSON.stringify({ version: 1, principals: entries }));
  return { subject: await createFileDirectory({ path }) };
});

const yaml = (principals: string) => `version: 1\nprincipals:\n${principals}`;

describe('the file directory', () => {
  it('goes by the file as it is now, so that a removed approver has no next vote', async () => {
    await writeFile(path, yaml('  - { id: bob, groups: [security] }\n'));
    const directory = await createFileDirectory({ path });
    expect(await directory.membersOf('security')).toEqual(['bob']);
    await writeFile(path, yaml('  - { id: bob, groups: [] }\n'));
    expect(await directory.membersOf('security')).toEqual([]);
    expect((await directory.find('bob'))?.groups).toEqual([]);
  });

  it('knows nobody while the file is broken or gone, says so once, and recovers', async () => {
    await writeFile(path, yaml('  - { id: bob, groups: [security] }\n'));
    const logged: string[] = [];
    const directory = await createFileDirectory({
      path,
      logger: { error: (message) => logged.push(message) },
    });
    await writeFile(path, yaml('  - { id: bob, groups: security }\n'));
    await expect(directory.find('bob')).rejects.toThrow(UnavailableError);
    await rm(path);
    await expect(directory.membersOf('security')).rejects.toThrow(/does not exist/);
    expect(logged).toHaveLength(1);
    await writeFile(path, yaml('  - { id: bob, groups: [security] }\n'));
    expect(await directory.membersOf('security')).toEqual(['bob']);
  });

  it.each([
    ['an unknown key', '  - { id: bob, group: [security] }\n', ':3 principals.0: ', 'group'],
    ['a number as an id', '  - id: alice\n  - id: 42\n', ':4 principals.1.id: ', 'must be text'],
    [
      'a policy’s spelling of a group',
      '  - { id: bob, groups: ["group:security"] }\n',
      ':3 principals.0.groups.0: ',
      'without "group:"',
    ],
    ['an unknown kind', '  - id: bob\n    kind: robot\n', ':4 principals.0.kind: ', 'user or service'],
    ['an id that is there twice', '  - id: bob\n  - id: bob\n', ':4 principals.1.id: ', 'bob is here twice'],
    [
      'an account of two people',
      '  - { id: a, links: ["slack:T/U"] }\n  - { id: b, links: ["slack:T/U"] }\n',
      ':4 principals.1.links.0: ',
      'one principal only',
    ],
    [
      'an e-mail address as a link',
      '  - { id: bob, links: [bob@example.com] }\n',
      ':3 principals.0.links.0: ',
      'CHANNEL:ACCOUNT',
    ],
    ['what is not YAML', '  - { id: bob\n', ':', ''],
    ['a key twice', '  - id: bob\n    id: carol\n', ':4', 'unique'],
  ])('refuses %s, with file, line and field', async (_what, principals, where, why) => {
    await writeFile(path, yaml(principals));
    const refused: unknown = await createFileDirectory({ path }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidInputError);
    expect((refused as Error).message).toContain(`${path}${where}`);
    expect((refused as Error).message).toContain(why);
  });

  it('says in one line that there is no file', async () => {
    await expect(createFileDirectory({ path })).rejects.toThrow(`${path} does not exist`);
  });
});

describe('the local directory', () => {
  it('begins as the sample: a requester, two approvers in different groups, an outsider', async () => {
    const directory = await openLocalDirectory({ dataDir: folder });
    expect((await directory.list()).map(({ id }) => id)).toEqual(['alice', 'bob', 'carol', 'mallory']);
    expect(await directory.membersOf('it-operations')).toEqual(['bob']);
    expect(await directory.membersOf('security')).toEqual(['carol']);
    expect((await directory.find('mallory'))?.groups).toEqual([]);
  });

  it('keeps the copy that people have edited, and takes a file of their own', async () => {
    await writeFile(path, yaml('  - id: dora\n'));
    for (const more of [{}, { path }]) {
      const directory = await openLocalDirectory({ dataDir: folder, ...more });
      expect((await directory.list()).map(({ id }) => id)).toEqual(['dora']);
    }
  });
});
