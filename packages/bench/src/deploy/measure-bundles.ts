import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BenchRow } from '../bench-row.ts';
import { medianOf, runMeasured } from './run-measured.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const bundlerUrl = pathToFileURL(join(root, 'scripts/bundle-function.mjs')).href;
const rounds = 9;

interface Bundle {
  readonly name: string;
  readonly bytes: number;
  readonly budget: number;
  readonly hasHandler: boolean;
}

/** As Lambda's runtime loads a function: importing it reads no setting and opens nothing. */
const importer = (path: string) => `
const startMs = performance.now();
const { handler } = await import(${JSON.stringify(pathToFileURL(path).href)});
const ms = performance.now() - startMs;
if (typeof handler !== 'function') throw new Error('there is no handler');
console.log(JSON.stringify({ ms, rss: process.memoryUsage.rss() }));`;

/** Builds every function as `npm run build` does, and imports each bundle in processes of its own, one after the other. */
export async function measureBundles(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hitl-bench-bundles-'));
  try {
    const rows: BenchRow[] = [];
    for (const name of (await readdir(join(root, 'functions'))).sort()) {
      const bundle = await bundleInto(folder, name);
      if (!bundle.hasHandler) continue;
      rows.push(sizeRow(bundle), await importRow(bundle, join(folder, name, 'index.mjs')));
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleInto(folder: string, name: string): Promise<Bundle> {
  const script = `
const { bundleFunction } = await import(${JSON.stringify(bundlerUrl)});
const built = await bundleFunction(${JSON.stringify(join(root, 'functions', name))}, ${JSON.stringify(join(folder, name))});
console.log(JSON.stringify(built));`;
  const { stdout } = await runMeasured(['--input-type=module', '-e', script], { cwd: root });
  return JSON.parse(stdout);
}

async function importRow({ name }: Bundle, path: string): Promise<BenchRow> {
  const took: number[] = [];
  const rss: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Lambda has no compile cache of ours either.
    const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
    const { stdout } = await runMeasured(['--input-type=module', '-e', importer(path)], { env });
    const sample = JSON.parse(stdout) as { ms: number; rss: number };
    took.push(sample.ms);
    rss.push(sample.rss);
  }
  return {
    name: `bundle ${name}: import in a fresh process, p50`,
    value: Math.round(medianOf(took) * 10) / 10,
    unit: 'ms',
    note: `median of ${rounds}; ${Math.round(medianOf(rss) / 1024 / 1024)} MB RSS after it`,
  };
}

function sizeRow({ name, bytes, budget }: Bundle): BenchRow {
  return {
    name: `bundle ${name}: size`,
    value: Math.ceil(bytes / 1024),
    unit: 'KB',
    target: `<= ${budget / 1024} KB`,
    met: bytes <= budget,
  };
}
