import { expireApprovals } from '@hitl/application';
import { createMetrics } from '@hitl/lambda';
import { describe, expect, it } from '@jest/globals';
import { defaultTools, World, type WorldOptions } from '../../application/test/world.ts';
import { businessMetrics, createMeteredRepository } from '../src/index.ts';

/** A world whose writes are counted, with the counts as one list. */
function setUp(options: WorldOptions) {
  const world = new World(options);
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics({
    dimensions: { environment: 'dev', function: 'advance' },
    rollUp: { names: businessMetrics, dimensions: ['environment'] },
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const repository = createMeteredRepository(world.deps.repository, metrics, world.deps.clock);
  Object.assign(world.deps, { repository });
  const counted = () => {
    metrics.flush();
    return Object.assign({}, ...lines.splice(0)) as Record<string, unknown>;
  };
  return { world, counted };
}

const suspendJane: WorldOptions = {
  answers: [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }],
};

describe('what is counted', () => {
  it('is a request once, and how long people took to decide it', async () => {
    const { world, counted } = setUp(suspendJane);
    const run = await world.ask('suspend jane');
    const requested = counted();
    expect(requested.approvals_requested).toBe(1);
    expect(requested).not.toHaveProperty('approval_latency_ms');
    world.clock.advance(90_000);
    await world.vote('carol', run);
    const decided = counted();
    expect(decided.approval_latency_ms).toBeGreaterThanOrEqual(90_000);
    expect(decided).not.toHaveProperty('approvals_requested');
  });

  it('is an expiry once, and no latency', async () => {
    const { world, counted } = setUp(suspendJane);
    const run = await world.ask('suspend jane');
    counted();
    world.clock.advance(2 * 3_600_000);
    await expireApprovals(world.deps, run.run_id);
    await expireApprovals(world.deps, run.run_id);
    expect(counted()).toMatchObject({ approvals_expired: 1 });
    expect(counted()).toEqual({});
  });

  it('is an execution whose outcome nobody knows', async () => {
    const { world, counted } = setUp({
      ...suspendJane,
      tools: defaultTools().map((tool) =>
        tool.tool === 'suspend'
          ? { ...tool, run: async () => ({ kind: 'unknown', message: 'the connection broke' }) }
          : tool,
      ),
    });
    const run = await world.ask('suspend jane');
    await world.vote('carol', run);
    await world.settle(run.run_id);
    expect(counted().executions_unknown).toBe(1);
  });

  it('is kept for the function and for the environment as a whole', async () => {
    const { world, counted } = setUp(suspendJane);
    await world.ask('suspend jane');
    expect(counted()._aws).toMatchObject({
      CloudWatchMetrics: [
        { Namespace: 'HitlMcp', Dimensions: [['environment', 'function']] },
        { Namespace: 'HitlMcp', Dimensions: [['environment']], Metrics: [{ Name: 'approvals_requested' }] },
      ],
    });
  });
});
