import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createSlackCaller, createSlackIngress } from '@hitl/slack';
import { createMemoryItemStore, createMemoryJobQueue } from '@hitl/testing';
import type { BenchRow } from './bench-row.ts';
import { measureImportMs } from './slack/measure-import.ts';
import { millisecondRow } from './stack/millisecond-row.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const budgetKb = 300;
const budgetMs = 60;

/** What Slack waits for at a cold start, beside Bolt's receiver for Lambda, and how long a signed event takes. */
export async function benchSlackIngress(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hitl-bench-'));
  try {
    const ours = await bundleOurs();
    const bolt = await bundleBolt(folder);
    const [ourKb, boltKb] = await Promise.all(
      [ours, bolt].map(async (path) => (await stat(path)).size / 1024),
    );
    const ourMs = await measureImportMs(ours);
    const boltMs = await measureImportMs(bolt);
    const kb = ourKb ?? Number.NaN;
    return [
      {
        name: 'slack-ingress: bundle',
        value: Math.round(kb),
        unit: 'KB',
        target: `<= ${budgetKb} KB`,
        met: kb <= budgetKb,
        note: `with @slack/bolt AwsLambdaReceiver: ${Math.round(boltKb ?? Number.NaN)} KB`,
      },
      {
        name: 'slack-ingress: import in a fresh process',
        value: Math.round(ourMs * 10) / 10,
        unit: 'ms',
        target: `<= ${budgetMs} ms`,
        met: ourMs <= budgetMs,
        note: `with @slack/bolt AwsLambdaReceiver: ${Math.round(boltMs)} ms`,
      },
      millisecondRow('slack-ingress: signed event to 200, queued (p99)', await measureEvents(), 0.99, {
        atMost: 100,
        note: 'stores and queue in memory; 2,000 mentions, one after the other',
      }),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As it is deployed. */
async function bundleOurs(): Promise<string> {
  const cwd = join(root, 'functions/slack-ingress');
  await run(process.execPath, [join(root, 'scripts/bundle-function.mjs')], { cwd });
  return join(cwd, 'dist/index.mjs');
}

/** By the same bundler with the same settings. */
async function bundleBolt(folder: string): Promise<string> {
  const outfile = join(folder, 'bolt.mjs');
  await run(join(root, 'node_modules/esbuild/bin/esbuild'), [
    join(root, 'packages/bench/src/slack/bolt-receiver.ts'),
    `--outfile=${outfile}`,
    ...['--bundle', '--minify', '--platform=node', '--target=node22', '--format=esm'],
    ...['--legal-comments=none', '--log-level=error', '--main-fields=module,main'],
    "--banner:js=import{createRequire as hitlRequire}from'node:module';const require=hitlRequire(import.meta.url);",
  ]);
  return outfile;
}

async function measureEvents(): Promise<number[]> {
  const secret = 'bench-secret';
  const clock = { now: () => Date.now() };
  const silent = () => undefined;
  const ingress = createSlackIngress({
    signingSecrets: async () => [secret],
    items: createMemoryItemStore({ clock }),
    queue: createMemoryJobQueue({ clock }),
    slack: createSlackCaller(),
    botToken: async () => '',
    clock,
    log: { info: silent, warn: silent, error: silent },
  });
  const times: number[] = [];
  for (let i = 0; i < 2200; i += 1) {
    const body = JSON.stringify({
      type: 'event_callback',
      event_id: `Ev${i}`,
      event_time: 1_770_000_000,
      team_id: 'T1',
      authorizations: [{ team_id: 'T1', user_id: 'UBOT', is_bot: true }],
      event: {
        type: 'app_mention',
        user: 'U1',
        channel: 'C1',
        ts: `1770000000.${String(i).padStart(6, '0')}`,
        text: '<@UBOT> suspend <mailto:jane@example.com|jane@example.com>',
      },
    });
    const at = String(Math.floor(clock.now() / 1000));
    const request = new Request('https://bench.invalid/events', {
      method: 'POST',
      headers: {
        'x-slack-request-timestamp': at,
        'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`,
      },
      body,
    });
    const startedAt = performance.now();
    const { status } = await ingress(request);
    if (status !== 200) throw new Error(`an event was answered ${status}`);
    // The first ones warm up.
    if (i >= 200) times.push(performance.now() - startedAt);
  }
  return times;
}
