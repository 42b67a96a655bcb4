import { randomUUID } from 'node:crypto';
import { createRun } from '@hitl/application';
import { requestApproval } from '@hitl/approvals';
import { type Decision, qualifiedName, type RunState, toolCallDigest } from '@hitl/core';
import type { BenchRow } from '../bench-row.ts';
import type { BenchSite } from './bench-stack-site.ts';
import { percentile } from './percentile.ts';

const pending = 10_000;
const parallel = 16;
const reads = 50;

const decision: Decision = {
  effect: 'approval',
  rule_ids: ['bench'],
  reasons: ['a change'],
  category: 'write',
  policy_digest: '0'.repeat(64),
  requirement: {
    steps: [{ from: ['group:security'], votes: 1 }],
    expires_in_seconds: 86_400,
    assurance: 'asserted',
    remind_after_seconds: [],
    escalate: [],
  },
};

/** Ten thousand runs that wait, made by appending the very events that waiting runs have, without asking a model each time. */
export async function measurePendingList(site: BenchSite): Promise<BenchRow[]> {
  let left = pending;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await makeWaitingRun(site);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  const took: number[] = [];
  for (let read = 0; read < reads; read += 1) {
    const began = performance.now();
    const response = await fetch(`${site.stack.url}/approvals?status=pending&limit=20`, {
      headers: { authorization: `Bearer ${site.stack.token}` },
    });
    const page = (await response.json()) as { items: unknown[] };
    if (page.items.length !== 20) throw new Error(`the first page holds ${page.items.length} items`);
    took.push(performance.now() - began);
  }
  globalThis.gc?.();
  const rssMb = process.memoryUsage.rss() / 1024 / 1024;
  const p50 = percentile(took, 0.5);
  return [
    {
      name: `${pending} pending: first page over HTTP, p50`,
      value: Math.round(p50 * 100) / 100,
      unit: 'ms',
      target: '≤ 20 ms',
      met: p50 <= 20,
    },
    {
      name: `${pending} pending: memory of the stack`,
      value: Math.round(rssMb),
      unit: 'MB RSS',
      target: '≤ 400 MB',
      met: rssMb <= 400,
      note: 'with the bench itself in the same process',
    },
  ];
}

async function makeWaitingRun({ stack: { deps } }: BenchSite): Promise<RunState> {
  const { run } = await createRun(
    deps,
    { id: 'alice', kind: 'user', assurance: 'asserted', channel: 'api' },
    { query: 'disable the account of somebody' },
  );
  const call = { server: 'count', tool: 'disable_account', arguments: { user: randomUUID() } };
  const toolDigest = '1'.repeat(64);
  const decided = await deps.repository.append(
    run,
    {
      type: 'call-decided',
      data: {
        call_id: `call-${qualifiedName(call)}`,
        step: 0,
        ...call,
        tool_digest: toolDigest,
        digest: toolCallDigest(call, toolDigest),
        decision,
      },
    },
    'system',
  );
  const approvalId = deps.ids.next('apr');
  const event = requestApproval({
    run: decided,
    approvalId,
    callIds: [...decided.calls.keys()],
    nowMs: deps.clock.now(),
  });
  return deps.repository.append(decided, event, 'system');
}
