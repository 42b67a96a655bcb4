// `npm run check`: every static check at once, each with its own verdict; a failing one shows its whole output.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const inNodeModules = (path) => join(root, 'node_modules', path);

const checks = [
  {
    name: 'format and lint',
    args: [inNodeModules('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'],
  },
  { name: 'types', args: [inNodeModules('typescript/bin/tsc'), '-p', 'tsconfig.json'] },
  {
    name: 'dependency rules',
    args: [
      inNodeModules('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      ...['packages', 'functions', 'infra', 'tests'],
    ],
  },
  { name: 'source rules', args: ['scripts/check-source.mjs'] },
  { name: 'docs', args: ['scripts/check-docs.mjs'] },
];

const only = process.argv.slice(2);
const selected = checks.filter(
  (check) => only.length === 0 || only.some((word) => check.name.includes(word)),
);
if (selected.length === 0) {
  process.stderr.write(
    `No check is called "${only.join(' ')}"; there are: ${checks.map((c) => c.name).join(', ')}\n`,
  );
  process.exit(2);
}
const results = await Promise.all(selected.map(run));
const failed = results.filter((result) => !result.ok);
process.stdout.write(`${results.length - failed.length} checks passed, ${failed.length} failed\n`);
process.exit(failed.length === 0 ? 0 : 1);

function run({ name, args }) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('close', (code) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const ok = code === 0;
      process.stdout.write(
        `${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n${ok ? '' : `${output.trimEnd()}\n`}`,
      );
      resolve({ name, ok });
    });
  });
}
