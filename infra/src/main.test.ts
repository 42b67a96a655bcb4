import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitl-main-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function synthesize(...args: string[]) {
  const options = ['--out', folder, '--allow-missing-code'];
  return spawnSync(process.execPath, ['--no-deprecation', main, ...args, ...options], { encoding: 'utf8' });
}

it('writes each stack that is named, all in one process, and tells where', () => {
  const { status, stdout } = synthesize('bootstrap', 'dev');
  expect(status).toBe(0);
  const folders = [...stdout.matchAll(/^stack_folder=(.*)$/gm)].map(([, path]) => String(path));
  expect(folders).toEqual(['bootstrap', 'dev'].map((name) => join(folder, 'stacks', name)));
  for (const path of folders) expect(existsSync(join(path, 'cdk.tf.json'))).toBe(true);
});

it('says which there are when none is named', () => {
  const { status, stderr } = synthesize();
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining('environment is not set; it must be one of bootstrap, dev, prod, staging'),
  ]);
});
