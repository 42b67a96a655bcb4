// `npm run build`: bundles every function and ends with one table; fails when a bundle is larger than its budget. Everything is
// bundled anew each time: that takes seconds, and a cache that misses a change would deploy old code.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunction } from './bundle-function.mjs';
import { formatBundles } from './format-bundles.mjs';

const root = fileURLToPath(new URL('../functions', import.meta.url));
const entries = await readdir(root, { withFileTypes: true });
const folders = entries
  .filter((entry) => entry.isDirectory())
  .map((entry) => join(root, entry.name))
  .sort();

const results = await Promise.allSettled(folders.map((folder) => bundleFunction(folder)));
const bundles = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
for (const failure of failures) process.stderr.write(`${failure.message}\n`);
process.stdout.write(formatBundles(bundles));

const tooLarge = bundles.filter(({ bytes, budget }) => bytes > budget).map(({ name }) => name);
if (tooLarge.length > 0) {
  process.stderr.write(
    `Over their budget (scripts/bundle-budgets.mjs): ${tooLarge.join(', ')}. See what is in them with esbuild's --analyze.\n`,
  );
}
process.exitCode = failures.length > 0 || tooLarge.length > 0 ? 1 : 0;
