import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let root: string;
let bin: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hitl-install-'));
  bin = join(root, 'bin');
  mkdirSync(join(root, 'packages/core'), { recursive: true });
  mkdirSync(bin);
  writeFileSync(
    join(root, 'package.json'),
    '{"devDependencies":{"node":"22.0.0"},"packageManager":"pnpm@11.0.0"}',
  );
  writeFileSync(join(root, 'packages/core/package.json'), '{}');
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'lock');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** An npm that notes each install and brings what an install brings. */
function fakeNpm(body = 'mkdir -p node_modules/node && echo "{}" > node_modules/node/package.json') {
  writeFileSync(
    join(bin, 'npm'),
    `#!/bin/sh\nif [ "$1" = exec ]; then echo "$@" >> installs.txt; echo progress; ${body}; else exit 1; fi\n`,
    { mode: 0o755 },
  );
}

const script = `import { ensureInstalled } from ${JSON.stringify(join(import.meta.dirname, 'install.mjs'))};
process.stdout.write((await ensureInstalled(process.argv[1])) ?? 'installed');`;
const args = ['--input-type=module', '-e', script];
const env = () => ({ PATH: `${bin}:/usr/bin:/bin` });
const ensure = () => spawnSync(process.execPath, [...args, root], { encoding: 'utf8', env: env() });
const installs = () =>
  existsSync(join(root, 'installs.txt'))
    ? readFileSync(join(root, 'installs.txt'), 'utf8').trim().split('\n')
    : [];

describe('the installer', () => {
  it('installs with the pinned Node and pnpm, shows progress on stderr only, and then no more', () => {
    fakeNpm();
    const first = ensure();
    expect(first.stdout).toBe('installed');
    expect(first.stderr).toContain('progress');
    expect(installs()[0]).toContain(
      '--package=node@22.0.0 --package=pnpm@11.0.0 -- pnpm install --frozen-lockfile',
    );
    expect(ensure()).toMatchObject({ stdout: 'installed', stderr: '' });
    expect(installs()).toHaveLength(1);
  });

  it('installs again when the lock file or any package.json changed', () => {
    fakeNpm();
    ensure();
    writeFileSync(join(root, 'pnpm-lock.yaml'), 'other lock');
    ensure();
    writeFileSync(join(root, 'packages/core/package.json'), '{"dependencies":{}}');
    ensure();
    expect(installs()).toHaveLength(3);
  });

  it('lets only one of several processes install; the others wait for it', async () => {
    fakeNpm('sleep 0.5; mkdir -p node_modules/node && echo "{}" > node_modules/node/package.json');
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, [...args, root], { env: env(), stdio: 'ignore' }),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(installs()).toHaveLength(1);
  });

  it('takes over from an install that was killed', () => {
    fakeNpm();
    mkdirSync(join(root, 'node_modules'));
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(root, 'node_modules/.hitl-install.lock'), String(pid));
    expect(ensure().stdout).toBe('installed');
    expect(existsSync(join(root, 'node_modules/.hitl-install.lock'))).toBe(false);
  });

  it('says what to do when the registry does not answer, when npm is missing, and tries again next time', () => {
    fakeNpm('exit 1');
    expect(ensure().stdout).toMatch(/the package registry .* does not answer/);
    rmSync(join(bin, 'npm'));
    const { stdout } = spawnSync(process.execPath, [...args, root], { encoding: 'utf8', env: { PATH: bin } });
    expect(stdout).toMatch(/npm was not found/);
    fakeNpm();
    expect(ensure().stdout).toBe('installed');
  });
});
