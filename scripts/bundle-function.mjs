// One function's bundle: one minified ES module, its source map beside it, byte for byte the same for the same sources. Called as a
// program it bundles the function whose folder it is called in.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { budgetOf } from './bundle-budgets.mjs';
import { bundlePlugins } from './bundle-plugins.mjs';
import { formatBundles } from './format-bundles.mjs';

/**
 * @param {string} folder of the function
 * @returns {Promise<{name: string, bytes: number, gzipBytes: number, budget: number, hasHandler: boolean}>}
 */
export async function bundleFunction(folder, outFolder = join(folder, 'dist')) {
  const outfile = join(outFolder, 'index.mjs');
  await mkdir(outFolder, { recursive: true });
  const { metafile } = await build({
    entryPoints: [entryPointOf(folder)],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    charset: 'utf8',
    // The AWS SDK says only there which of its parts may be left out.
    mainFields: ['module', 'main'],
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    absWorkingDir: folder,
    metafile: true,
    // Some CommonJS dependencies call require at run time.
    banner: {
      js: "import{createRequire as hitlRequire}from'node:module';const require=hitlRequire(import.meta.url);",
    },
    plugins: bundlePlugins,
    logLevel: 'warning',
  });
  const code = await readFile(outfile);
  const name = basename(folder);
  return {
    name,
    bytes: code.length,
    gzipBytes: gzipSync(code).length,
    budget: budgetOf(name),
    hasHandler: Object.values(metafile.outputs).some((output) => output.exports.includes('handler')),
  };
}

/** What Lambda calls stands in `lambda.ts`; `index.ts` is for who composes the function otherwise. */
function entryPointOf(folder) {
  const paths = ['src/lambda.ts', 'src/index.ts'].map((path) => join(folder, path));
  const entry = paths.find((path) => existsSync(path));
  if (entry === undefined) throw new Error(`${folder} has neither src/lambda.ts nor src/index.ts`);
  return entry;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bundle = await bundleFunction(process.cwd());
  process.stdout.write(formatBundles([bundle]));
  if (bundle.bytes > bundle.budget) process.exitCode = 1;
}
