import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundler = join(root, 'scripts/bundle-function.mjs');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hitl-build-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function bundle(functionFolder: string) {
  return spawnSync(process.execPath, [bundler], { cwd: functionFolder, encoding: 'utf8' });
}

/** The sources of the workspace at another place, with what is installed linked in. */
async function copyWorkspace(name: string): Promise<string> {
  const copy = join(folder, name);
  await mkdir(copy, { recursive: true });
  const leaveOut = /[\\/](dist|\.turbo|cdktf\.out)$/;
  for (const part of ['packages', 'functions'])
    await cp(join(root, part), join(copy, part), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !leaveOut.test(path),
    });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

describe('a bundle', () => {
  it('is the same byte for byte wherever and whenever it is built', async () => {
    const copies = [await copyWorkspace('one'), await copyWorkspace('deeper/down/two')];
    for (const name of ['request-approval', 'slack-ingress']) {
      const [one, two] = await Promise.all(
        copies.map(async (copy) => {
          const built = bundle(join(copy, 'functions', name));
          expect([built.status, built.stderr]).toEqual([0, '']);
          expect(await readdir(join(copy, 'functions', name, 'dist'))).toEqual([
            'index.mjs',
            'index.mjs.map',
          ]);
          return readFile(join(copy, 'functions', name, 'dist/index.mjs'), 'utf8');
        }),
      );
      expect(one === two).toBe(true);
      // Nothing of where it was built is in it, nor where its source map is.
      expect(one).not.toMatch(/hitl-build-|sourceMappingURL/);
    }
  });

  it('fails the build when it is larger than its budget, and says so in the table', async () => {
    const large = join(folder, 'slack-ingress');
    await mkdir(join(large, 'src'), { recursive: true });
    const text = 'x'.repeat(300 * 1024);
    await writeFile(join(large, 'src/lambda.ts'), `export const handler = (): string => '${text}';\n`);
    const built = bundle(large);
    expect(built.status).toBe(1);
    expect(built.stdout.split('\n')[1]).toMatch(/^slack-ingress +301 +\d+ +300 +OVER BUDGET$/);
  });

  it('that Lambda could not call is told apart', async () => {
    const empty = join(folder, 'unfinished');
    await mkdir(join(empty, 'src'), { recursive: true });
    await writeFile(join(empty, 'src/index.ts'), 'export {};\n');
    expect(bundle(empty).stdout).toContain('exports no handler yet');
  });
});
