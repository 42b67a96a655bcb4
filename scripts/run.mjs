// Every npm script comes through here. Plain JavaScript for any Node >= 20 and without dependencies: on a fresh clone
// nothing else can run yet. It installs when the lock file or a package.json changed, then runs the task on the
// workspace's own Node, whatever Node the machine has.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
const jestEnv = { NODE_NO_WARNINGS: '1' };

/** What each script starts on the workspace's Node; `--` arguments of the caller are appended. */
const tasks = {
  start: { args: ['packages/cli/src/main.ts', 'start'] },
  demo: { args: ['packages/cli/src/main.ts', 'demo'] },
  test: { args: jest, env: jestEnv },
  'test:peers': { args: [...jest, '--config', 'jest.peers.config.mjs'], env: jestEnv },
  'test:aws': { args: ['scripts/test-aws.mjs'] },
  check: { args: ['scripts/check.mjs'] },
  bench: { args: ['--expose-gc', 'packages/bench/src/main.ts'] },
  build: { args: ['scripts/build.mjs'] },
  cost: { args: ['infra/src/cost.ts'], env: { NODE_NO_WARNINGS: '1' } },
  openapi: { args: ['scripts/write-openapi.ts'] },
  'slack-manifest': { args: ['scripts/write-slack-manifest.ts'] },
  format: { args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', '.'] },
};

const [name = '', ...rest] = process.argv.slice(2);
const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
if (task === undefined) {
  process.stderr.write(`run.mjs: unknown task "${name}"; known: ${Object.keys(tasks).join(', ')}\n`);
  process.exit(2);
}

const failure = await ensureInstalled(root);
if (failure !== undefined) {
  process.stderr.write(`\n${failure}\n`);
  process.exit(1);
}
const entry = task.args.find((arg) => !arg.startsWith('-'));
if (!existsSync(join(root, entry))) {
  process.stderr.write(`"npm run ${name}" needs ${entry}, which this checkout does not have.\n`);
  process.exit(1);
}
runTask(task);

function runTask({ args, env = {} }) {
  const node = JSON.parse(readFileSync(join(root, 'node_modules/node/package.json'), 'utf8')).bin.node;
  const child = spawn(join(root, 'node_modules/node', node), [...args, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'),
      // Child processes that call plain `node` get the same one.
      PATH: `${join(root, 'node_modules/.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
      ...env,
    },
  });
  let forwarded = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole process group, so the child has it already, and npm sends it to us once
      // more: a second one would look like an impatient user and cut the clean stop short.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      if (forwarded) return;
      forwarded = true;
      setTimeout(() => {
        forwarded = false;
      }, 500).unref();
      child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(
      `The workspace's Node could not be started (${error.message}). Delete node_modules and run the command again.\n`,
    );
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0));
  });
}
