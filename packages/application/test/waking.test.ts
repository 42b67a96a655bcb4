import {
  type ApprovalSummary,
  isFinished,
  pendingApproval,
  type RunState,
  runRefusalsStream,
  SequenceConflictError,
  UnavailableError,
} from '@hitl/core';
import { createMemoryAuditLog } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import {
  advanceRun,
  castVote,
  createGrant,
  createRun,
  expireApprovals,
  recoverRuns,
  recoverWaitingRuns,
  startRun,
  sweepApprovals,
} from '../src/index.ts';
import { as, World } from './world.ts';

const suspendJane = [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }] as const;
const suspendTwo = [
  {
    calls: [
      ['dir__suspend', { user: 'jane' }],
      ['dir__grant', { user: 'jane', role: 'admin' }],
    ],
  },
  { text: 'Done.' },
] as const;

async function waiting(world: World): Promise<RunState> {
  const run = await world.ask('suspend jane');
  expect(run.status).toBe('awaiting_approval');
  world.woken.length = 0;
  return run;
}

describe('a decision wakes its run', () => {
  it('when a vote comes too late and is the first to find that the request has expired', async () => {
    const world = new World({ answers: suspendJane });
    const run = await waiting(world);
    world.clock.advance(3_600_001);
    await expect(world.vote('carol', run)).rejects.toMatchObject({ code: 'approval_not_pending' });
    expect(world.woken).toEqual([run.run_id]);
    expect((await world.settle(run.run_id)).status).toBe('expired');
  });

  it('when the process died between the vote and its decision, and somebody votes again', async () => {
    const world = new World({ answers: suspendJane });
    const run = await waiting(world);
    const { append } = world.deps.repository;
    world.deps.repository.append = async (before, event, actor) => {
      if (event.type === 'approval-decided') throw new UnavailableError('killed');
      return append(before, event, actor);
    };
    await expect(world.vote('carol', run)).rejects.toBeInstanceOf(UnavailableError);
    world.deps.repository.append = append;
    await expect(world.vote('carol', run)).rejects.toMatchObject({ code: 'already_voted' });
    expect(world.woken).toEqual([run.run_id]);
    expect((await world.settle(run.run_id)).status).toBe('completed');
  });

  it('when others write between the deciding vote and its decision, whose voter is told that it counted', async () => {
    const world = new World({ answers: suspendJane });
    const run = await waiting(world);
    const { append } = world.deps.repository;
    let isFirst = true;
    world.deps.repository.append = async (before, event, actor) => {
      if (event.type === 'approval-decided' && isFirst) {
        isFirst = false;
        const data = { approval_id: event.data.approval_id, count: 1, to: ['group:security'] };
        await append(before, { type: 'approval-reminded', data }, 'system');
        throw new SequenceConflictError('the sweep of another process was first');
      }
      return append(before, event, actor);
    };
    const voted = await world.vote('carol', run);
    expect([...voted.approvals.values()][0]).toMatchObject({ status: 'approved', decided_by: ['carol'] });
    expect(world.woken).toContain(run.run_id);
  });

  it('when one of two requests of a run expires, although the other still waits', async () => {
    const world = new World({ answers: suspendTwo });
    await createGrant(world.deps, as('carol'), {
      grantee_id: 'alice',
      server: 'dir',
      tool: 'grant',
      arguments: { user: 'jane', role: 'admin' },
      max_uses: 1,
      expires_in_seconds: 3600,
      reason: 'onboarding',
    });
    const run = await waiting(world);
    const open = [...run.approvals.values()].filter((approval) => approval.status === 'pending');
    expect(open).toHaveLength(2);
    const [first] = open;
    await world.deps.repository.append(
      run,
      {
        type: 'approval-edited',
        data: {
          approval_id: first?.approval_id ?? '',
          principal_id: 'alice',
          call_id: first?.call_ids[0] ?? '',
          arguments: run.calls.get(first?.call_ids[0] ?? '')?.arguments ?? {},
          call_digest: run.calls.get(first?.call_ids[0] ?? '')?.digest ?? '',
          decision: [...run.calls.values()][0]?.decision as never,
          digest: first?.digest ?? '',
          requirement: first?.requirement as never,
          expires_at: new Date(world.clock.now() + 60_000).toISOString(),
        },
      },
      'alice',
    );
    world.clock.advance(60_001);
    await expireApprovals(world.deps, run.run_id);
    expect(world.woken).toEqual([run.run_id]);
    const ended = await world.settle(run.run_id);
    expect([ended.status, pendingApproval(ended)]).toEqual(['expired', undefined]);
  });

  it('when its own wake-up was lost: recovery wakes an execution that waits, it does not merely start one', async () => {
    const world = new World({ answers: suspendJane });
    const run = await waiting(world);
    const started: string[] = [];
    const woken: string[] = [];
    let isDown = true;
    Object.assign(world.deps.workflow, {
      start: async (id: string) => void started.push(id),
      wake: async (id: string) => {
        if (isDown) throw new UnavailableError('no engine');
        woken.push(id);
      },
    });
    await world.vote('carol', run);
    isDown = false;
    await recoverRuns(world.deps);
    expect([started, woken]).toEqual([[], [run.run_id]]);
  });

  it.each(['run', 'approval', 'both'] as const)(
    'when the process died after the decision and before the list of the %s was written',
    async (what) => {
      const world = new World({ answers: suspendJane });
      const run = await waiting(world);
      const [runs, approvals] = [world.deps.runs.put, world.deps.approvals.put];
      const die = async () => {
        throw new Error('killed');
      };
      const { append } = world.deps.repository;
      world.deps.repository.append = async (before, event, actor) => {
        if (event.type === 'approval-decided') {
          if (what !== 'approval') world.deps.runs.put = die;
          if (what !== 'run') world.deps.approvals.put = die;
        }
        return append(before, event, actor);
      };
      await world.vote('carol', run).catch(() => undefined);
      Object.assign(world.deps.runs, { put: runs });
      Object.assign(world.deps.approvals, { put: approvals });
      const second = new World({ answers: suspendJane, after: world, workerId: 'worker-2' });
      await recoverRuns(second.deps);
      await recoverWaitingRuns(second.deps);
      expect(second.woken).toContain(run.run_id);
      expect((await second.deps.approvals.list({ status: 'pending', limit: 10 })).items).toEqual([]);
      expect((await second.settle(run.run_id)).status).toBe('completed');
    },
  );

  it('when the process died after asking people and before the lists said so', async () => {
    for (const what of ['runs', 'approvals'] as const) {
      const world = new World({ answers: suspendJane });
      const { append } = world.deps.repository;
      const put = world.deps[what].put;
      world.deps.repository.append = async (before, event, actor) => {
        if (event.type === 'approval-requested') {
          world.deps[what].put = async () => {
            throw new Error('killed');
          };
        }
        return append(before, event, actor);
      };
      await world.ask('suspend jane').catch(() => undefined);
      Object.assign(world.deps[what], { put });
      const second = new World({ answers: suspendJane, after: world, workerId: 'worker-2' });
      for (const id of await recoverRuns(second.deps)) await second.settle(id);
      await recoverWaitingRuns(second.deps);
      expect((await second.deps.approvals.list({ status: 'pending', limit: 10 })).items).toHaveLength(1);
      expect((await second.deps.runs.list({ status: 'awaiting_approval', limit: 10 })).items).toHaveLength(1);
    }
  });
});

describe('lists that could not be written', () => {
  it('do not fail the vote that is on the record, and are written by the next sweep', async () => {
    const world = new World({ answers: suspendJane });
    const run = await waiting(world);
    const put = world.deps.approvals.put;
    world.deps.approvals.put = async () => {
      throw new UnavailableError('the store is away');
    };
    const voted = await world.vote('carol', run);
    expect([...voted.approvals.values()][0]?.status).toBe('approved');
    world.deps.approvals.put = put;
    await sweepApprovals(world.deps);
    expect((await world.deps.approvals.list({ status: 'pending', limit: 10 })).items).toEqual([]);
  });

  it('never let a list item that was dropped as a phantom outlive the run that turns up', async () => {
    const world = new World({ answers: suspendJane });
    const { append } = world.deps.log;
    world.deps.log.append = async (entry) => {
      // Recovery looks between the list item and the record, and writes after both.
      const get = world.deps.runs.get;
      const item = await get(entry.stream.replace('run:', ''));
      await append(entry);
      world.deps.runs.get = async () => item;
    };
    const { run } = await createRun(world.deps, as('alice'), { query: 'suspend jane' });
    const { load } = world.deps.repository;
    world.deps.repository.load = async () => undefined;
    await recoverRuns(world.deps);
    world.deps.repository.load = load;
    expect((await world.deps.runs.list({ status: 'running', limit: 10 })).items).toMatchObject([
      { run_id: run.run_id },
    ]);
  });
});

describe('one broken run', () => {
  it('does not keep others from expiring, however many there are, nor is it tried every second', async () => {
    const world = new World({ answers: suspendJane });
    const run = await waiting(world);
    const summary = (await world.deps.approvals.list({ status: 'pending', limit: 1 }))
      .items[0] as ApprovalSummary;
    for (let index = 0; index < 150; index += 1) {
      await world.deps.approvals.put({
        ...summary,
        approval_id: `apr_broken${index}`,
        run_id: index % 2 === 0 ? `run_gone${index}` : `run_broken${index}`,
        next_due_at: new Date(world.clock.now() - 1000).toISOString(),
      });
    }
    const { load } = world.deps.repository;
    world.deps.repository.load = async (id) => {
      if (id.startsWith('run_broken')) throw new Error('does not fold');
      return load(id);
    };
    world.clock.advance(3_600_001);
    await sweepApprovals(world.deps);
    await sweepApprovals(world.deps);
    expect((await world.deps.repository.load(run.run_id))?.approvals.get(summary.approval_id)?.status).toBe(
      'expired',
    );
    expect(await sweepApprovals(world.deps)).toBe(0);
  });

  it('is ended, visibly, after a few steps that break: it is not tried for ever', async () => {
    const world = new World({ answers: suspendJane });
    const { run } = await createRun(world.deps, as('alice'), { query: 'suspend jane' });
    world.deps.tools.list = async () => {
      throw new TypeError('not a function, token ghp_012345678901234567890123');
    };
    let ended: RunState | undefined;
    for (let attempt = 1; attempt <= 5 && ended === undefined; attempt += 1) {
      ended = await advanceRun(world.deps, run.run_id, new AbortController().signal).then(
        (result) => result.run,
        () => undefined,
      );
    }
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'step_failed' } });
    expect(JSON.stringify(await world.record(run))).not.toContain('ghp_0123');
    expect((await world.deps.runs.list({ status: 'failed', limit: 10 })).items).toHaveLength(1);
  });

  it('closes what it still asks people for, so that nobody votes on what can not happen', async () => {
    const world = new World({ answers: suspendJane });
    const run = await waiting(world);
    world.deps.blobs.get = async () => {
      throw new TypeError('broken');
    };
    Object.defineProperty(world.deps, 'model', {
      get: () => {
        throw new TypeError('broken');
      },
    });
    for (let attempt = 1; attempt <= 3; attempt += 1)
      await advanceRun(world.deps, run.run_id, new AbortController().signal).catch(() => undefined);
    const ended = await world.deps.repository.load(run.run_id);
    expect(ended !== undefined && isFinished(ended)).toBe(true);
    expect(ended === undefined ? undefined : pendingApproval(ended)).toBeUndefined();
  });

  it('is tried as long as it takes when only the store is away', async () => {
    const world = new World({ answers: suspendJane });
    const { run } = await createRun(world.deps, as('alice'), { query: 'suspend jane' });
    const { list } = world.deps.tools;
    world.deps.tools.list = async () => {
      throw new UnavailableError('away');
    };
    for (let attempt = 1; attempt <= 6; attempt += 1)
      await advanceRun(world.deps, run.run_id, new AbortController().signal).catch(() => undefined);
    world.deps.tools.list = list;
    expect((await world.settle(run.run_id)).status).toBe('awaiting_approval');
  });
});

describe('a request that was recorded', () => {
  it('is accepted even when the workflow can not be started now: recovery starts it', async () => {
    const world = new World({ answers: suspendJane });
    const start = world.deps.workflow.start;
    world.deps.workflow.start = async () => {
      throw new UnavailableError('no engine');
    };
    const run = await startRun(world.deps, as('alice'), { query: 'suspend jane' });
    expect(run.status).toBe('running');
    world.deps.workflow.start = start;
    expect(await recoverRuns(world.deps)).toEqual([run.run_id]);
  });
});

describe('refused votes', () => {
  it('are on the record, but nobody can bury a run under them', async () => {
    const world = new World({ answers: suspendJane, log: createMemoryAuditLog() });
    const run = await waiting(world);
    for (let attempt = 0; attempt < 300; attempt += 1)
      await castVote(world.deps, as(attempt % 2 === 0 ? 'mallory' : 'nobody'), {
        approval_id: [...run.approvals.keys()][0] ?? '',
        decision: 'approve',
        digest: pendingApproval(run)?.digest ?? '',
      }).catch(() => undefined);
    const refused = (await world.eventTypes(run)).filter((type) => type === 'vote-refused');
    expect(refused.length).toBeGreaterThanOrEqual(100);
    expect(refused.length).toBeLessThanOrEqual(200);
    const beside = await world.deps.log.read(runRefusalsStream(run.run_id));
    expect(refused.length + beside.length).toBe(300);
    await world.vote('carol', run);
    expect((await world.settle(run.run_id)).status).toBe('completed');
  });
});
