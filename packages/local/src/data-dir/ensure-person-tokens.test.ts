import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ensurePersonTokens, personTokensPath } from './ensure-person-tokens.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function open(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hitl-tokens-'));
  folders.push(folder);
  return folder;
}

describe('the tokens of people', () => {
  it('are kept from start to start, and end with the person', async () => {
    const dataDir = await open();
    const first = await ensurePersonTokens({ dataDir, ids: ['alice', 'bob'] });
    const second = await ensurePersonTokens({ dataDir, ids: ['alice', 'carol'] });
    expect([second.get('alice'), second.has('bob')]).toEqual([first.get('alice'), false]);
    expect((await stat(personTokensPath(dataDir))).mode & 0o077).toBe(0);
  });

  it('are all made anew when others could read the file', async () => {
    const dataDir = await open();
    const first = await ensurePersonTokens({ dataDir, ids: ['alice'] });
    await chmod(personTokensPath(dataDir), 0o644);
    const second = await ensurePersonTokens({ dataDir, ids: ['alice'] });
    expect(second.get('alice')).not.toBe(first.get('alice'));
    expect((await stat(personTokensPath(dataDir))).mode & 0o077).toBe(0);
  });
});
