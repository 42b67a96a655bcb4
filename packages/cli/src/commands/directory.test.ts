import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableNames } from '@hitl/aws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningDynalite, startDynalite } from '../../../aws/test/start-dynalite.ts';
import { hearCommandLine } from '../../test/hear-command-line.ts';

const aws = {
  AWS_ENDPOINT_URL_DYNAMODB: '',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'eu-central-1',
};
const before = { ...process.env };
let dynalite: RunningDynalite;
let tables: TableNames;
let folder: string;
let file: string;

beforeAll(async () => {
  dynalite = await startDynalite();
  Object.assign(process.env, aws, { AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint });
});
beforeEach(async () => {
  const client = dynalite.connect();
  tables = await dynalite.createTables(client);
  client.destroy();
  folder = await mkdtemp(join(tmpdir(), 'hitl-directory-'));
  file = join(folder, 'people.yaml');
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterAll(async () => {
  for (const name of Object.keys(aws)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await dynalite.close();
});

const hitl = (...argv: string[]) =>
  hearCommandLine(['directory', ...argv, '--environment', 'dev', '--table', tables.directory]);
const people = (...lines: string[]) => writeFile(file, `version: 1\nprincipals:\n${lines.join('\n')}\n`);

describe('the directory of a deployed environment', () => {
  it('is put in place, shown, and changed by what a file says, with the changes shown first', async () => {
    await people(
      '  - { id: alice }',
      '  - { id: bob, groups: [security], links: ["slack:T1/U1"] }',
      '  - { id: ci, kind: service, groups: [operators] }',
    );
    const first = await hitl('push', file, '--yes');
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain('+ bob: groups security; links slack:T1/U1');
    expect(first.stdout).toContain('version 1: 3 added, 0 removed, 0 changed');
    expect((await hitl('show')).stdout).toMatch(
      /^id .*\nalice .*\nbob +user +security +slack:T1\/U1\nci +service/,
    );

    await people(
      '  - { id: bob, groups: [leads], links: ["slack:T1/U9"] }',
      '  - { id: dora }',
      '  - { id: alice }',
    );
    const second = await hitl('push', file, '--yes', '--json');
    expect(JSON.parse(second.stdout)).toMatchObject({
      table: tables.directory,
      previous_version: 1,
      version: 2,
      is_pushed: true,
      changes: {
        added: [{ id: 'dora' }],
        removed: [{ id: 'ci' }],
        changed: [
          {
            id: 'bob',
            groups: { added: ['leads'], removed: ['security'] },
            links: { added: ['slack:T1/U9'], removed: ['slack:T1/U1'] },
          },
        ],
      },
    });
    expect(second.stderr).toContain('~ bob: groups +leads, -security; links +slack:T1/U9, -slack:T1/U1');
    expect(JSON.parse((await hitl('show', '--json')).stdout)).toMatchObject({ version: 2 });
    expect((await hitl('push', file, '--yes')).stdout).toContain('already (version 2)');
  });

  it('is not touched by a file with a fault, nor without a yes where nobody can be asked', async () => {
    await people('  - { id: bob, groups: ["group:security"] }');
    const wrong = await hitl('push', file, '--yes');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(`${file}:3 principals.0.groups.0: a group is written without "group:"`);
    await people('  - { id: bob }');
    const unasked = await hitl('push', file);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('--yes');
    const empty = await hitl('show');
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('holds no directory yet')]);
  });

  it('that is not there is named with its region', async () => {
    tables = { ...tables, directory: 'no-such-table' };
    const { code, stderr } = await hitl('show');
    expect([code, stderr]).toEqual([2, expect.stringContaining('no table no-such-table in eu-central-1')]);
  });
});
