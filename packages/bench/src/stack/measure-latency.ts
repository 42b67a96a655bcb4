import type { BenchRow } from '../bench-row.ts';
import type { BenchSite, Execution } from './bench-stack-site.ts';
import { askStack, callStack, listPending } from './call-stack.ts';
import { millisecondRow } from './millisecond-row.ts';

const warmUps = 40;
const rounds = 200;

/**
 * Over HTTP, as a client sees it: from the moment a request is sent until a list shows its approval request, and from the
 * moment the deciding vote is sent until the tool server has the call.
 */
export async function measureLatency(site: BenchSite): Promise<BenchRow[]> {
  const toApproval: number[] = [];
  const toCall: number[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const user = `u${round}`;
    await site.facts();
    const asked = performance.now();
    await askStack(site, `disable the account of user ${user}`);
    const approval = (await listPending(site)).find(({ query }) => query.endsWith(` ${user}`));
    const shown = performance.now() - asked;
    const { modelMs } = await site.facts();
    if (approval === undefined) throw new Error(`round ${round} was not held for approval`);
    const voted = process.hrtime.bigint();
    await callStack(site, 'POST', `/approvals/${approval.approval_id}/votes`, {
      user_id: 'voter-1',
      decision: 'approve',
      digest: approval.digest,
    });
    await site.idle();
    const called = executionFor(await site.executions(), user);
    if (round < warmUps) continue;
    toApproval.push(shown - modelMs);
    toCall.push(Number(BigInt(called.at) - voted) / 1e6);
  }
  const note = `${rounds} rounds over HTTP`;
  return [
    millisecondRow('stack: request sent → approval in the list, p50', toApproval, 0.5, {
      atMost: 40,
      note: `${note}, model time excluded`,
    }),
    millisecondRow('stack: request sent → approval in the list, p99', toApproval, 0.99),
    millisecondRow('stack: last vote sent → tool called, p50', toCall, 0.5, { atMost: 25, note }),
    millisecondRow('stack: last vote sent → tool called, p99', toCall, 0.99),
  ];
}

function executionFor(executions: readonly Execution[], user: string): Execution {
  const mine = executions.filter((execution) => execution.arguments.user === user);
  if (mine.length !== 1 || mine[0] === undefined)
    throw new Error(`${user} was executed ${mine.length} times`);
  return mine[0];
}
