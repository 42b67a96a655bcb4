import { type AuditEntry, type AuditLog, pendingApproval, type RunState, UnavailableError } from '@hitl/core';
import { createMemoryAuditLog } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { recoverRuns } from '../src/index.ts';
import { World } from './world.ts';

const answers = [
  {
    calls: [
      ['dir__get', { user: 'jane' }],
      ['dir__tag', { user: 'jane' }],
      ['dir__suspend', { user: 'jane' }],
    ],
  },
  { text: 'All done.' },
] as const;

/** Dies right before or right after the n-th append: the two moments between which a kill makes a difference. */
function dyingLog(inner: AuditLog, dieAt: number, moment: 'before' | 'after'): AuditLog {
  let appended = 0;
  return {
    ...inner,
    append: async (entry: AuditEntry) => {
      appended += 1;
      if (appended > dieAt) throw new UnavailableError('dead');
      if (appended === dieAt && moment === 'before') throw new UnavailableError('killed');
      await inner.append(entry);
      if (appended === dieAt) throw new UnavailableError('killed');
    },
  };
}

async function play(world: World): Promise<RunState> {
  const waiting = await world.ask('look, tag and suspend');
  await world.vote('carol', waiting);
  return world.settle(waiting.run_id);
}

/** What a restart does: recover, and if people are still to decide, let them. */
async function goOn(world: World): Promise<RunState | undefined> {
  await recoverRuns(world.deps);
  const [summary] = (await world.deps.runs.list({ limit: 1 })).items;
  if (summary === undefined || (await world.deps.repository.load(summary.run_id)) === undefined)
    return undefined;
  const run = await world.settle(summary.run_id);
  if (pendingApproval(run) === undefined) return run;
  await world.vote('carol', run);
  return world.settle(run.run_id);
}

describe('a process that dies anywhere', () => {
  const appends = 24;
  const cases = Array.from({ length: appends }, (_, index) => index + 1).flatMap((dieAt) =>
    (['before', 'after'] as const).map((moment) => ({ dieAt, moment })),
  );

  it.each(cases)(
    'goes on after dying $moment append $dieAt, and executes nothing twice',
    async ({ dieAt, moment }) => {
      const log = createMemoryAuditLog();
      const first = new World({ answers, log: dyingLog(log, dieAt, moment) });
      await play(first).catch((error: unknown) => expect(error).toBeInstanceOf(UnavailableError));

      const second = new World({ answers, after: first, log, workerId: 'worker-2' });
      const run = await goOn(second);
      if (run === undefined) {
        // Nothing was answered to anybody yet: the request never was.
        expect(dieAt).toBe(1);
        return;
      }
      const times = (tool: string): number => second.tools.calls.filter((call) => call.tool === tool).length;
      const suspend = [...run.calls.values()].find((call) => call.tool === 'suspend');
      // Not repeatable: once, or unknown because the worker died while calling.
      expect(times('suspend')).toBeLessThanOrEqual(1);
      if (suspend?.status === 'unknown') expect(run.status).toBe('failed');
      else {
        expect(run.status).toBe('completed');
        expect(times('suspend')).toBe(1);
      }
      // Repeatable ones may be sent again, but only as the very same call.
      const keys = second.tools.calls
        .filter((call) => call.tool === 'tag')
        .map((call) => call.idempotency_key);
      expect(new Set(keys).size).toBeLessThanOrEqual(1);
    },
  );

  it('does not act twice when two workers advance one run at the same time', async () => {
    const log = createMemoryAuditLog();
    const first = new World({ answers, log });
    const waiting = await first.ask('look, tag and suspend');
    await first.vote('carol', waiting);
    const others = ['worker-2', 'worker-3', 'worker-4'].map(
      (workerId) => new World({ answers, after: first, workerId }),
    );
    for (const world of others) Object.assign(world.deps.settings, { isWorkerAlive: () => true });
    await Promise.allSettled(others.map((world) => world.settle(waiting.run_id)));
    const run = await first.settle(waiting.run_id).catch(() => undefined);
    expect(first.tools.calls.filter((call) => call.tool === 'suspend')).toHaveLength(1);
    expect(run === undefined || run.status === 'completed').toBe(true);
  });
});
