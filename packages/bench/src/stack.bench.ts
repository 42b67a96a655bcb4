import { castVote, createRun } from '@hitl/application';
import { pendingApproval, type RunState } from '@hitl/core';
import type { BenchRow } from './bench-row.ts';
import { type BenchSite, openBenchSite } from './stack/bench-stack-site.ts';
import { measurePendingList } from './stack/measure-pending-list.ts';
import { measureRace } from './stack/measure-race.ts';
import { percentile } from './stack/percentile.ts';

const rounds = 60;
const warmUps = 10;

/** The embedded stack from request to result: real store, real workflow engine, real tool server in a process of its own. */
export async function benchStack(): Promise<BenchRow[]> {
  const site = await openBenchSite();
  try {
    return [
      ...(await measureLatency(site)),
      ...(await measureRace(site)),
      ...(await measurePendingList(site)),
    ];
  } finally {
    await site.close();
  }
}

async function measureLatency(site: BenchSite): Promise<BenchRow[]> {
  const { deps } = site.stack;
  const spent = timeModel(deps.model);
  const toApproval: number[] = [];
  const toCall: number[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    spent.ms = 0;
    const began = performance.now();
    const { run } = await createRun(
      deps,
      { id: 'alice', kind: 'user', assurance: 'asserted', channel: 'api' },
      { query: `disable the account of user u${round}` },
    );
    const visible = until(site, run.run_id, 'approval-requested');
    await deps.workflow.start(run.run_id);
    await visible;
    const shown = performance.now() - began - spent.ms;
    const waiting = await load(site, run.run_id);
    const approval = pendingApproval(waiting);
    if (approval === undefined) throw new Error(`round ${round} was not held for approval`);
    const finished = until(site, run.run_id, 'run-finished');
    const voted = process.hrtime.bigint();
    await castVote(
      deps,
      { id: 'voter-1', kind: 'user', assurance: 'asserted', channel: 'api' },
      { approval_id: approval.approval_id, decision: 'approve', digest: approval.digest },
    );
    await finished;
    const called = (await site.executions()).find((execution) => execution.arguments.user === `u${round}`);
    if (called === undefined) throw new Error(`round ${round} was not executed`);
    if (round < warmUps) continue;
    toApproval.push(shown);
    toCall.push(Number(BigInt(called.at) - voted) / 1e6);
  }
  return [
    row('request accepted → approval visible, p50', percentile(toApproval, 0.5), 40, 'model time excluded'),
    row('request accepted → approval visible, p99', percentile(toApproval, 0.99)),
    row('last vote → tool called, p50', percentile(toCall, 0.5), 25, 'tool server in its own process'),
    row('last vote → tool called, p99', percentile(toCall, 0.99)),
  ];
}

function row(name: string, value: number, atMost?: number, note?: string): BenchRow {
  return {
    name,
    value: Math.round(value * 100) / 100,
    unit: 'ms',
    ...(atMost === undefined ? {} : { target: `≤ ${atMost} ms`, met: value <= atMost }),
    ...(note === undefined ? {} : { note }),
  };
}

async function until(site: BenchSite, runId: string, type: string): Promise<void> {
  const stop = new AbortController();
  for await (const event of site.stack.deps.subscribe(runId, stop.signal)) if (event.type === type) break;
  stop.abort();
}

async function load(site: BenchSite, runId: string): Promise<RunState> {
  const run = await site.stack.deps.repository.load(runId);
  if (run === undefined) throw new Error(`run ${runId} is gone`);
  return run;
}

/** Adds up what the model takes, which is not the stack's doing. */
function timeModel(model: unknown): { ms: number } {
  const spent = { ms: 0 };
  const timed = model as { doStream: (options: unknown) => Promise<unknown> };
  const answer = timed.doStream.bind(model);
  timed.doStream = async (options) => {
    const began = performance.now();
    try {
      return await answer(options);
    } finally {
      spent.ms += performance.now() - began;
    }
  };
  return spent;
}
