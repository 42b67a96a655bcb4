import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { percentile } from '../stack/percentile.ts';

const run = promisify(execFile);

/** Median of milliseconds that a fresh process needs to import the module, over `times` processes. */
export async function measureImportMs(path: string, times = 9): Promise<number> {
  const url = JSON.stringify(pathToFileURL(path).href);
  const script = `const t=performance.now();import(${url}).then(()=>{console.log(performance.now()-t);process.exit(0)})`;
  const all: number[] = [];
  for (let i = 0; i < times; i += 1) {
    // No compile cache: a cold start has none.
    const { NODE_COMPILE_CACHE: _cache, ...env } = process.env;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env });
    all.push(Number(stdout));
  }
  return percentile(all, 0.5);
}
