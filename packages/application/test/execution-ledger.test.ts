import {
  type AuditEntry,
  type AuditLog,
  type JsonValue,
  RunBusyError,
  type ToolOutcome,
  UnavailableError,
} from '@hitl/core';
import { createMemoryAuditLog, type MemoryTool } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { advanceRun, cancelRun, createRun } from '../src/index.ts';
import { as, defaultTools, World } from './world.ts';

const suspendJane = [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }] as const;
const tagJane = [{ calls: [['dir__tag', { user: 'jane' }]] }, { text: 'Done.' }] as const;

/** The default tools with one of them replaced. */
function toolsWith(tool: Partial<MemoryTool> & Pick<MemoryTool, 'tool' | 'run'>): MemoryTool[] {
  return defaultTools().map((known) => (known.tool === tool.tool ? { ...known, ...tool } : known));
}

/** A tool that has been reached, and answers when it is told to. */
function heldTool(
  tool: string,
  answer: JsonValue | ToolOutcome = { done: true },
): { tools: MemoryTool[]; reached: Promise<void>; release: () => void } {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const run = async () => {
    reached.resolve();
    await released.promise;
    return answer;
  };
  return { tools: toolsWith({ tool, run }), reached: reached.promise, release: released.resolve };
}

/** Fails the appends that `isFailing` picks, before or after they are written. */
function brokenLog(
  inner: AuditLog,
  isFailing: (entry: AuditEntry) => 'before' | 'after' | undefined,
): AuditLog {
  return {
    ...inner,
    append: async (entry) => {
      const moment = isFailing(entry);
      if (moment === 'before') throw new UnavailableError('the store is away');
      await inner.append(entry);
      if (moment === 'after') throw new UnavailableError('the store is away');
    },
  };
}

describe('one execution for each approved call', () => {
  it('does not call twice when one process enters the same run twice in the same millisecond', async () => {
    const world = new World({ answers: suspendJane });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const entries = Array.from({ length: 8 }, () =>
      advanceRun(world.deps, waiting.run_id, new AbortController().signal),
    );
    const results = await Promise.allSettled(entries);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(RunBusyError);
    }
    expect((await world.settle(waiting.run_id)).status).toBe('completed');
    expect(world.tools.calls).toHaveLength(1);
  });

  it.each([
    ['the requester cancels', (world: World, runId: string) => cancelRun(world.deps, as('alice'), runId)],
    [
      'somebody votes too late',
      async (world: World, runId: string) => {
        const run = await world.deps.repository.load(runId);
        if (run !== undefined) await world.vote('dave', run).catch(() => undefined);
      },
    ],
  ])('keeps the result when %s while the tool acts', async (_what, meddle) => {
    const held = heldTool('suspend');
    const world = new World({ answers: suspendJane, tools: held.tools });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const acting = world.settle(waiting.run_id);
    await held.reached;
    await meddle(world, waiting.run_id);
    held.release();
    const run = await acting;
    expect([...run.calls.values()][0]?.status).toBe('succeeded');
    expect(['completed', 'cancelled']).toContain(run.status);
    expect(world.tools.calls).toHaveLength(1);
  });

  it('settles its own claim when it failed between claim and result, instead of waiting for itself for ever', async () => {
    const inner = createMemoryAuditLog();
    let isDown = true;
    const log = brokenLog(inner, (entry) =>
      isDown && entry.type === 'execution-succeeded' ? 'before' : undefined,
    );
    const world = new World({ answers: suspendJane, log });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    await expect(world.settle(waiting.run_id)).rejects.toBeInstanceOf(UnavailableError);
    isDown = false;
    const run = await world.settle(waiting.run_id);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'outcome_unknown' } });
    expect(world.tools.calls).toHaveLength(1);
  });

  it('sends nothing that could not be counted: a limit on how often would be blind to it', async () => {
    const world = new World({ answers: suspendJane });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    world.deps.callHistory.record = async () => {
      throw new UnavailableError('the store is away');
    };
    const run = await world.settle(waiting.run_id);
    expect([...run.calls.values()][0]?.error?.code).toBe('call_history_unavailable');
    expect(world.tools.calls).toHaveLength(0);
  });

  it('gives a claimed call back that was certainly not sent when the worker is told to stop', async () => {
    const world = new World({ answers: suspendJane });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const stop = new AbortController();
    const { record } = world.deps.callHistory;
    world.deps.callHistory.record = async (call) => {
      stop.abort();
      await record(call);
    };
    const { outcome, run } = await advanceRun(world.deps, waiting.run_id, stop.signal);
    expect([outcome, [...run.calls.values()][0]?.status]).toEqual(['continue', 'approved']);
    expect((await world.settle(waiting.run_id)).status).toBe('completed');
    expect(world.tools.calls).toHaveLength(1);
  });

  it('lets a call that is under way end by itself when the worker is told to stop', async () => {
    const held = heldTool('suspend');
    const world = new World({ answers: suspendJane, tools: held.tools });
    Object.assign(world.deps.settings, { stopGraceMs: 5000 });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const stop = new AbortController();
    const acting = advanceRun(world.deps, waiting.run_id, stop.signal);
    await held.reached;
    stop.abort();
    held.release();
    expect([...(await acting).run.calls.values()][0]?.status).toBe('succeeded');
  });

  it.each([
    ['half a surrogate pair', { text: '\ud800' }],
    ['nesting without end', nested(20_000)],
  ])('records that it happened even when the answer holds %s', async (_what, answer) => {
    const world = new World({
      answers: suspendJane,
      tools: toolsWith({ tool: 'suspend', run: async () => ({ kind: 'succeeded', content: answer }) }),
    });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const run = await world.settle(waiting.run_id);
    expect([...run.calls.values()][0]?.status).toBe('succeeded');
    expect(world.tools.calls).toHaveLength(1);
  });

  it('does not wait for an owner that is alive once its own call has ended', async () => {
    const held = heldTool('suspend');
    const world = new World({ answers: suspendJane, tools: held.tools });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const acting = world.settle(waiting.run_id);
    await held.reached;
    await expect(world.settle(waiting.run_id)).rejects.toBeInstanceOf(RunBusyError);
    held.release();
    expect((await acting).status).toBe('completed');
  });
});

describe('repeating a call whose worker died', () => {
  /** Dies while the tool is called for the first time. */
  async function diesWhileCalling(tools: readonly MemoryTool[]): Promise<{ world: World; runId: string }> {
    const inner = createMemoryAuditLog();
    const log = brokenLog(inner, (entry) =>
      entry.type.startsWith('execution-') && entry.type !== 'execution-claimed' ? 'before' : undefined,
    );
    const first = new World({ answers: tagJane, log, tools });
    const waiting = await first.ask('tag jane');
    await first.vote('carol', waiting);
    await expect(first.settle(waiting.run_id)).rejects.toBeInstanceOf(UnavailableError);
    return {
      world: new World({ answers: tagJane, after: first, log: inner, workerId: 'worker-2' }),
      runId: waiting.run_id,
    };
  }

  it('sends it again where a repetition changes nothing', async () => {
    const { world, runId } = await diesWhileCalling(defaultTools());
    expect((await world.settle(runId)).status).toBe('completed');
    expect(world.tools.calls).toHaveLength(2);
  });

  it('does not send it again after the requester has cancelled', async () => {
    const { world, runId } = await diesWhileCalling(defaultTools());
    await cancelRun(world.deps, as('alice'), runId);
    const run = await world.settle(runId);
    expect([...run.calls.values()][0]?.status).toBe('unknown');
    expect(world.tools.calls).toHaveLength(1);
  });

  it('does not send it again when the policy has come to deny it', async () => {
    const { world, runId } = await diesWhileCalling(defaultTools());
    world.setPolicy('version: 1\ndefault: deny\nrules: []\n');
    const run = await world.settle(runId);
    expect([...run.calls.values()][0]?.status).toBe('unknown');
    expect(world.tools.calls).toHaveLength(1);
  });

  it('does not send it again when the target is no longer as it was shown', async () => {
    let state = 'one';
    const preview = async () => ({
      summary: 'tags',
      changes: [{ path: 'tag', after: true }],
      state_digest: state,
    });
    const { world, runId } = await diesWhileCalling(
      toolsWith({ tool: 'tag', run: async () => ({ tagged: true }), preview }),
    );
    state = 'two';
    const run = await world.settle(runId);
    expect([...run.calls.values()][0]?.status).toBe('unknown');
    expect(world.tools.calls).toHaveLength(1);
  });

  it('sends it again when the target shows that nothing is left to change', async () => {
    let preview = { summary: 'tags', changes: [{ path: 'tag', after: true }], state_digest: 'one' } as {
      summary: string;
      changes: { path: string; after: boolean }[];
      state_digest: string;
    };
    const { world, runId } = await diesWhileCalling(
      toolsWith({ tool: 'tag', run: async () => ({ tagged: true }), preview: async () => preview }),
    );
    preview = { summary: 'nothing', changes: [], state_digest: 'two' };
    expect((await world.settle(runId)).status).toBe('completed');
  });

  it('gives up after a few tries, so that a call that kills its worker does not kill every worker', async () => {
    const log = createMemoryAuditLog();
    let world = new World({ answers: tagJane, log });
    const waiting = await world.ask('tag jane');
    await world.vote('carol', waiting);
    for (let life = 1; life <= 8; life += 1) {
      const dying = brokenLog(log, (entry) =>
        entry.type === 'execution-succeeded' || entry.type === 'execution-failed' ? 'before' : undefined,
      );
      world = new World({ answers: tagJane, after: world, log: dying, workerId: `worker-${life}` });
      await world.settle(waiting.run_id).catch(() => undefined);
    }
    const run = await world.settle(waiting.run_id);
    expect([...run.calls.values()][0]?.status).toBe('unknown');
    expect(world.tools.calls.length).toBeLessThanOrEqual(4);
  });
});

describe('what permits an execution', () => {
  it('is the votes, not a decision that somebody wrote without them', async () => {
    const world = new World({ answers: suspendJane });
    const waiting = await world.ask('suspend jane');
    const [approval] = waiting.approvals.values();
    await world.deps.repository.append(
      waiting,
      {
        type: 'approval-decided',
        data: { approval_id: approval?.approval_id ?? '', status: 'approved', by: ['carol'] },
      },
      'system',
    );
    const run = await world.settle(waiting.run_id);
    expect([...run.calls.values()][0]).toMatchObject({ status: 'refused', error: { code: 'not_permitted' } });
    expect(world.tools.calls).toHaveLength(0);
  });

  it('is never there in a dry run, even when the record says allowed', async () => {
    const world = new World({ answers: [{ calls: [['dir__get', { user: 'jane' }]] }, { text: 'Jane.' }] });
    const { run } = await createRun(world.deps, as('alice'), { query: 'look', dry_run: true });
    await world.settle(run.run_id);
    expect(world.tools.calls).toHaveLength(0);
  });
});

function nested(depth: number): JsonValue {
  let value: JsonValue = 'end';
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
