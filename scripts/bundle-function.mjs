// Bundles the function whose folder this is called in: one minified ES module, its source map beside it, byte for byte the same
// for the same sources.
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundlePlugins } from './bundle-plugins.mjs';

const folder = process.cwd();
const outfile = join(folder, 'dist/index.mjs');
/** What Lambda calls stands in `lambda.ts`; `index.ts` is for who composes the function otherwise. */
const entryPoint = ['src/lambda.ts', 'src/index.ts']
  .map((path) => join(folder, path))
  .find((path) => existsSync(path));

await mkdir(join(folder, 'dist'), { recursive: true });
await build({
  entryPoints: [entryPoint],
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
  // Some CommonJS dependencies call require at run time.
  banner: {
    js: "import{createRequire as hitlRequire}from'node:module';const require=hitlRequire(import.meta.url);",
  },
  plugins: bundlePlugins,
  logLevel: 'warning',
});
const { size } = await stat(outfile);
const gzip = gzipSync(await readFile(outfile)).length;
process.stdout.write(`${basename(folder).padEnd(20)} ${kb(size)} KB  ${kb(gzip)} KB gzip\n`);

function kb(bytes) {
  return (bytes / 1024).toFixed(0).padStart(6);
}
