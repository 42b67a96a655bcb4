import type { BenchRow } from '../bench-row.ts';
import type { BenchSite } from './bench-stack-site.ts';
import { callStack, listPending } from './call-stack.ts';
import { millisecondRow } from './millisecond-row.ts';

const pending = 10_000;
const parallel = 16;
const reads = 200;
const maxMegabytes = 400;

/** Ten thousand runs that really wait: each was asked for, planned, gated, and holds a workflow execution while the engine keeps it. */
export async function measurePendingList(site: BenchSite): Promise<BenchRow[]> {
  await fill(site);
  const took: number[] = [];
  for (let read = 0; read < reads; read += 1) {
    const began = performance.now();
    const page = await listPending(site);
    took.push(performance.now() - began);
    if (page.length !== 20) throw new Error(`the first page holds ${page.length} items`);
  }
  const { rssBytes, peakRssBytes } = await site.facts();
  const [rss, peak] = [rssBytes, peakRssBytes].map((bytes) => Math.round(bytes / 1024 / 1024));
  return [
    millisecondRow(`stack: first page of ${pending.toLocaleString('en-US')} pending, p50`, took, 0.5, {
      atMost: 20,
      note: `${reads} reads over HTTP`,
    }),
    millisecondRow(`stack: first page of ${pending.toLocaleString('en-US')} pending, p99`, took, 0.99),
    {
      name: `stack: memory with ${pending.toLocaleString('en-US')} pending`,
      value: rss ?? Number.NaN,
      unit: 'MB RSS',
      target: `<= ${maxMegabytes} MB`,
      met: (rss ?? Number.NaN) <= maxMegabytes,
      note: `its own process, ${peak} MB at its peak`,
    },
  ];
}

async function fill(site: BenchSite): Promise<void> {
  let asked = 0;
  const worker = async (): Promise<void> => {
    while (asked < pending) {
      asked += 1;
      if (asked % 1000 === 0) process.stderr.write(`    ${asked} asked\n`);
      await callStack(site, 'POST', '/agent/run', {
        user_id: 'alice',
        query: `disable the account of user p${asked}`,
      });
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  await site.idle();
}
