import type { ItemStore, JobQueue } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openIngress } from '../../test/open-ingress.ts';

/** `before`: died, nothing was done. `after`: it was done, and died before the answer was seen. */
type Fault = 'none' | 'before' | 'after';

/** Breaks the next calls of stores and queue in order, whatever they are. */
function createFaults() {
  let planned: Fault[] = [];
  let calls = 0;
  async function run<T>(work: () => Promise<T>): Promise<T> {
    calls += 1;
    const fault = planned.shift() ?? 'none';
    if (fault === 'before') throw new Error('died before');
    const result = await work();
    if (fault === 'after') throw new Error('died after');
    return result;
  }
  return {
    plan: (faults: readonly Fault[]) => {
      planned = [...faults];
    },
    count: () => calls,
    items: (items: ItemStore): ItemStore => ({
      get: (key) => run(() => items.get(key)),
      put: (...all) => run(() => items.put(...all)),
      delete: (...all) => run(() => items.delete(...all)),
    }),
    queue: (queue: JobQueue): JobQueue => ({ send: (job) => run(() => queue.send(job)) }),
  };
}

async function openFaulty() {
  const faults = createFaults();
  const world = await openIngress({ items: faults.items, queue: faults.queue });
  return { ...world, faults };
}
type World = Awaited<ReturnType<typeof openFaulty>>;

/** Delivers as Slack does: again after everything but a 200, three times at most. */
async function deliver(world: World, plans: readonly (readonly Fault[])[], waitsMs: readonly number[]) {
  const { driver, faults, clock, ops, alice } = world;
  faults.plan(plans[0] ?? []);
  const said = await driver.mention({ channel: ops, user: alice, text: 'x' }, { twin: false });
  const [delivery] = said.deliveries;
  let status = said.responses[0]?.status ?? 0;
  for (let retry = 1; status !== 200 && retry <= 3 && delivery !== undefined; retry += 1) {
    clock.advance(waitsMs[retry - 1] ?? 0);
    faults.plan(plans[retry] ?? []);
    status = (await driver.retry(delivery, retry)).status;
  }
  faults.plan([]);
  return { status, ts: said.ts };
}

const quick = [0, 60_000, 60_000];
const slack = [0, 60_000, 300_000];

describe('an event whose delivery dies on the way', () => {
  it('at any one step is queued exactly once by the next delivery', async () => {
    const world = await openFaulty();
    await deliver(world, [], quick);
    const steps = world.faults.count();
    expect(steps).toBeGreaterThanOrEqual(6);
    let expected = 1;
    for (let step = 0; step < steps; step += 1)
      for (const fault of ['before', 'after'] as const) {
        const faults = [...Array.from({ length: step }, () => 'none' as const), fault];
        const { status, ts } = await deliver(world, [faults], quick);
        expected += 1;
        expect({ step, fault, status }).toEqual({ step, fault, status: 200 });
        const ids = world.jobs().map((job) => (job.kind === 'message' ? job.where.message_ts : ''));
        expect({ step, fault, times: ids.filter((id) => id === ts).length }).toEqual({
          step,
          fault,
          times: 1,
        });
      }
    expect(world.jobs()).toHaveLength(expected);
  });

  it('at any steps of any deliveries is never lost, never answered 200 unqueued, and never two jobs', async () => {
    const world = await openFaulty();
    const plan = fc.array(fc.constantFrom<Fault>('none', 'none', 'before', 'after'), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (plans, isQuick) => {
          const { status, ts } = await deliver(world, plans, isQuick ? quick : slack);
          expect(status).toBe(200);
          const all = world.jobs().filter((job) => job.kind === 'message' && job.where.message_ts === ts);
          // One id, by which the queue and then the worker know it again.
          expect(new Set(all.map(({ job_id }) => job_id)).size).toBe(1);
          // A queue remembers for five minutes; Slack's last retry comes later.
          if (isQuick) expect(all).toHaveLength(1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('and its twin are one job whatever dies', async () => {
    const world = await openFaulty();
    const { driver, faults, ops, alice } = world;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<Fault>('none', 'before', 'after'), { maxLength: 16 }),
        async (plan) => {
          const before = world.jobs().length;
          faults.plan(plan);
          const said = await driver.mention({ channel: ops, user: alice, text: 'x' });
          faults.plan([]);
          for (const [index, delivery] of said.deliveries.entries())
            if (said.responses[index]?.status !== 200)
              expect((await driver.retry(delivery, 1)).status).toBe(200);
          expect(world.jobs()).toHaveLength(before + 1);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is answered 503, which Slack repeats, and nothing of the fault is shown', async () => {
    const world = await openFaulty();
    world.faults.plan(['before']);
    const { driver, ops, alice } = world;
    const said = await driver.mention({ channel: ops, user: alice, text: 'x' }, { twin: false });
    const [answer] = said.responses;
    expect(answer?.status).toBe(503);
    expect(answer?.headers.get('x-slack-no-retry')).toBeNull();
    expect(await answer?.text()).not.toContain('died');
  });
});
