import type { BenchRow } from './bench-row.ts';
import { measureBusyIngress } from './slack/measure-busy-ingress.ts';
import { measureExactlyOnce } from './slack/measure-exactly-once.ts';
import { measurePlaceholder } from './slack/measure-placeholder.ts';
import { measureStreams } from './slack/measure-streams.ts';

/** A minute is what a long answer takes; less is for a bench that is run often. */
const streamSeconds = Number(process.env.BENCH_STREAM_SECONDS ?? 60);
const events = Number(process.env.BENCH_SLACK_EVENTS ?? 10_000);

const parts: readonly (readonly [string, () => Promise<BenchRow[]>])[] = [
  ['a mention until its placeholder', measurePlaceholder],
  ['events while fifty threads stream', measureBusyIngress],
  [`twenty threads for ${streamSeconds} s`, () => measureStreams(streamSeconds)],
  [`${events} events, duplicates and crashes`, () => measureExactlyOnce(events)],
];

/** Slack from a signed event to what people read, against a Slack on loopback that keeps Slack's rules and limits. */
export async function benchSlack(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, measure] of parts) {
    process.stderr.write(`  ${name} ...\n`);
    rows.push(...(await measure()));
  }
  return rows;
}
