import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { apiTokenPath, ensureApiToken, readApiToken } from './ensure-api-token.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'hitl-token-')), 'data');
});
afterEach(() => rm(join(dataDir, '..'), { recursive: true, force: true }));

describe('the API token', () => {
  it('is made once, kept, and readable by the owner only', async () => {
    expect(await readApiToken({ dataDir })).toBeUndefined();
    const token = await ensureApiToken({ dataDir });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await ensureApiToken({ dataDir })).toBe(token);
    expect(await readApiToken({ dataDir })).toBe(token);
    expect((await stat(apiTokenPath(dataDir))).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  });

  it('is replaced when others could have read it', async () => {
    const token = await ensureApiToken({ dataDir });
    await chmod(apiTokenPath(dataDir), 0o644);
    expect(await ensureApiToken({ dataDir })).not.toBe(token);
    expect((await stat(apiTokenPath(dataDir))).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'short', `${'a'.repeat(43)}\n${'b'.repeat(43)}`])(
    'is replaced when the file holds %j',
    async (text) => {
      await ensureApiToken({ dataDir });
      await writeFile(apiTokenPath(dataDir), text);
      expect(await ensureApiToken({ dataDir })).toMatch(/^[\w-]{43}$/);
    },
  );
});
