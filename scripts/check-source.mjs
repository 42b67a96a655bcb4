// House rules that neither the linter nor the dependency check can see.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trackedFiles } from './tracked-files.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const rules = [
  {
    pattern: /\bprocess\.env\b/,
    allowed: /^packages\/(lambda|cli|local|bench|testing)\//,
    message:
      'the environment is read in packages/lambda (loadEnv) and at the start of the CLI and the local stack only',
  },
  {
    pattern: /@ts-(ignore|nocheck|expect-error)/,
    allowed: /^$/,
    message: 'type errors are fixed, not silenced',
  },
];

const problems = [];
for (const path of trackedFiles(root, ['packages/*.ts', 'functions/*.ts', 'infra/*.ts'])) {
  if (path.endsWith('.test.ts') || path.includes('/test/')) continue;
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  for (const { pattern, allowed, message } of rules) {
    if (allowed.test(path)) continue;
    lines.forEach((line, index) => {
      if (pattern.test(line)) problems.push(`${path}:${index + 1}: ${message}`);
    });
  }
}
if (problems.length > 0) process.stderr.write(`${problems.join('\n')}\n`);
process.exit(problems.length > 0 ? 1 : 0);
