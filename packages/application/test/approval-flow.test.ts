import {
  ConflictError,
  ForbiddenError,
  HitlError,
  pendingApproval,
  type RunState,
  refusalsStream,
} from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import {
  cancelRun,
  editApproval,
  expireApprovals,
  presentRun,
  resolveExecution,
  startRun,
  sweepApprovals,
} from '../src/index.ts';
import { as, World, type WorldOptions } from './world.ts';

const suspend = (user: string) => ['dir__suspend', { user }] as const;
const worldThat = (calls: readonly (readonly [string, object])[], options: Partial<WorldOptions> = {}) =>
  new World({ answers: [{ calls }, { text: 'Done.' }], ...options });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'accepted';
  } catch (error) {
    if (error instanceof HitlError) return error.code;
    throw error;
  }
}

function onlyCall(run: RunState) {
  const [call] = run.calls.values();
  if (call === undefined) throw new Error('no call');
  return call;
}

describe('a request and its approval', () => {
  it('executes an allowed read at once and asks nobody', async () => {
    const world = worldThat([['dir__get', { user: 'jane' }]]);
    const run = await world.ask('who is jane');
    expect(run.status).toBe('completed');
    expect(world.tools.calls).toHaveLength(1);
    expect(run.approvals.size).toBe(0);
  });

  it('holds a change until an approver votes, then executes exactly the stored call', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    expect(waiting.status).toBe('awaiting_approval');
    expect(world.tools.calls).toHaveLength(0);
    await world.vote('carol', waiting);
    const run = await world.settle(waiting.run_id);
    expect(run.status).toBe('completed');
    expect(world.tools.calls.map(({ server, tool, arguments: args }) => [server, tool, args])).toEqual([
      ['dir', 'suspend', { user: 'jane' }],
    ]);
  });

  it('asks once for several gated calls of one step', async () => {
    const world = worldThat([suspend('jane'), suspend('john')]);
    const waiting = await world.ask('suspend both');
    expect([...waiting.approvals.values()].map((approval) => approval.call_ids.length)).toEqual([2]);
    await world.vote('carol', waiting);
    await world.settle(waiting.run_id);
    expect(world.tools.calls).toHaveLength(2);
  });

  it.each([
    ['the requester', 'alice', 'requester_may_not_vote'],
    ['an outsider', 'mallory', 'not_an_approver'],
    ['a member of another group', 'bob', 'not_an_approver'],
    ['somebody whom the directory does not know', 'nobody', 'unknown_principal'],
  ])('refuses the vote of %s and puts the refusal on the record', async (_who, userId, code) => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    expect(await codeOf(world.vote(userId, waiting))).toBe(code);
    const refusal = (await world.record(waiting)).at(-1);
    expect(refusal).toMatchObject({
      type: 'vote-refused',
      actor: userId,
      data: { principal_id: userId, code },
    });
    expect((await world.settle(waiting.run_id)).status).toBe('awaiting_approval');
  });

  it('refuses a vote on anything but the current digest', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    expect(await codeOf(world.vote('carol', waiting, { digest: '0'.repeat(64) }))).toBe('digest_mismatch');
  });

  it('tells a late voter who decided', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const late = world.vote('dave', waiting, { decision: 'reject', reason: 'no' });
    await expect(late).rejects.toBeInstanceOf(ConflictError);
    await expect(late).rejects.toThrow(/carol/);
  });

  it('needs two different people where two votes are demanded', async () => {
    const world = worldThat([['dir__grant', { user: 'jane', role: 'admin' }]]);
    const waiting = await world.ask('make jane admin');
    expect((await world.vote('carol', waiting)).status).toBe('awaiting_approval');
    expect(await codeOf(world.vote('carol', waiting))).toBe('already_voted');
    expect((await world.settle(waiting.run_id)).status).toBe('awaiting_approval');
    await world.vote('dave', waiting);
    expect((await world.settle(waiting.run_id)).status).toBe('completed');
  });

  it('executes nothing after a rejection, and says who rejected and why', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting, { decision: 'reject', reason: 'wrong Jane' });
    const run = await world.settle(waiting.run_id);
    expect(run.status).toBe('rejected');
    expect(run.output).toContain('wrong Jane');
    expect(world.tools.calls).toHaveLength(0);
  });

  it('does not ask for a reason in vain: a rejection without one is refused', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    expect(await codeOf(world.vote('carol', waiting, { decision: 'reject' }))).not.toBe('accepted');
  });

  it('expires closed when nobody decided in time, after reminding', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    world.clock.advance(601_000);
    expect(await sweepApprovals(world.deps)).toBe(1);
    world.clock.advance(3_000_000);
    await sweepApprovals(world.deps);
    expect(world.woken).toContain(waiting.run_id);
    const run = await world.settle(waiting.run_id);
    expect(run.status).toBe('expired');
    expect(world.tools.calls).toHaveLength(0);
    expect(await world.eventTypes(run)).toEqual(
      expect.arrayContaining(['approval-reminded', 'approval-decided']),
    );
    expect(await codeOf(world.vote('carol', waiting))).toBe('approval_not_pending');
  });

  it('lets the requester and who was asked to approve cancel, nobody else, and keeps who it was', async () => {
    for (const who of ['alice', 'carol']) {
      const world = worldThat([suspend('jane')]);
      const waiting = await world.ask('suspend jane');
      for (const other of ['mallory', 'bob'])
        await expect(cancelRun(world.deps, as(other), waiting.run_id)).rejects.toBeInstanceOf(ForbiddenError);
      await cancelRun(world.deps, as(who), waiting.run_id, 'never mind');
      const run = await world.settle(waiting.run_id);
      expect(run).toMatchObject({ status: 'cancelled', cancel_requested_by: who });
      expect([...run.approvals.values()]).toMatchObject([{ status: 'cancelled', decided_by: [who] }]);
      expect(
        (await world.deps.repository.history(run.run_id)).filter(({ actor }) => actor === who),
      ).toMatchObject(
        expect.arrayContaining([
          expect.objectContaining({
            type: 'cancel-requested',
            data: expect.objectContaining({ channel: 'api' }),
          }),
        ]),
      );
      expect((await world.deps.log.read(refusalsStream)).map(({ actor }) => actor)).toEqual([
        'mallory',
        'bob',
      ]);
      expect(world.tools.calls).toHaveLength(0);
    }
  });
});

describe('an edit before approval', () => {
  it('makes a new digest, voids earlier votes, executes the edited call, and takes the editor out of the vote', async () => {
    const world = worldThat([['dir__grant', { user: 'jane', role: 'admin' }]]);
    const waiting = await world.ask('make jane admin');
    const before = pendingApproval(waiting);
    await world.vote('carol', waiting);
    const edited = await editApproval(world.deps, as('dave'), {
      approval_id: before?.approval_id ?? '',
      arguments: { user: 'jane', role: 'reader' },
      digest: before?.digest ?? '',
    });
    const after = pendingApproval(edited);
    expect(after?.digest).not.toBe(before?.digest);
    expect(after?.votes).toEqual([]);
    expect(after?.void_votes.map((vote) => vote.principal_id)).toEqual(['carol']);
    expect(await codeOf(world.vote('dave', edited))).toBe('editor_may_not_vote');
    expect(await codeOf(world.vote('carol', waiting, { digest: before?.digest ?? '' }))).toBe(
      'digest_mismatch',
    );
    await world.vote('carol', edited);
    expect((await world.settle(waiting.run_id)).status).toBe('awaiting_approval');
  });

  it('names arguments that the tool would not take, and changes nothing', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    const approval = pendingApproval(waiting);
    const edit = editApproval(world.deps, as('carol'), {
      approval_id: approval?.approval_id ?? '',
      arguments: { usr: 'jane' },
      digest: approval?.digest ?? '',
    });
    await expect(edit).rejects.toThrow(/user/);
    expect(pendingApproval(await world.settle(waiting.run_id))?.digest).toBe(approval?.digest);
  });

  it('is refused, and audited, when the policy denies what it would become', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    world.setPolicy(`
version: 1
default: approval
rules:
  - { id: never-the-boss, effect: deny, when: { arguments: { user: boss } }, reason: Not the boss. }
`);
    const approval = pendingApproval(waiting);
    const edit = {
      approval_id: approval?.approval_id ?? '',
      arguments: { user: 'boss' },
      digest: approval?.digest ?? '',
    };
    expect(await codeOf(editApproval(world.deps, as('carol'), edit))).toBe('denied_by_policy');
    expect((await world.eventTypes(waiting)).at(-1)).toBe('edit-refused');
  });
});

describe('right before execution', () => {
  it('refuses a tool whose definition changed since it was approved', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    world.tools.setTool({
      server: 'dir',
      tool: 'suspend',
      description: 'now deletes',
      run: async () => 'gone',
    });
    const run = await world.settle(waiting.run_id);
    expect(onlyCall(run)).toMatchObject({ status: 'refused', error: { code: 'tool_definition_changed' } });
    expect(world.tools.calls).toHaveLength(0);
  });

  it('refuses when the target is no longer as the preview showed it', async () => {
    let state = 'active';
    const world = worldThat([suspend('jane')], {
      tools: [
        {
          server: 'dir',
          tool: 'suspend',
          run: async () => 'done',
          preview: async () => ({ summary: 'suspend jane', changes: [], state_digest: state }),
        },
      ],
    });
    const waiting = await world.ask('suspend jane');
    expect(onlyCall(waiting).preview?.state_digest).toBe('active');
    await world.vote('carol', waiting);
    state = 'suspended meanwhile';
    const run = await world.settle(waiting.run_id);
    expect(onlyCall(run)).toMatchObject({ status: 'refused', error: { code: 'target_drifted' } });
    expect(world.tools.calls).toHaveLength(0);
  });

  it('lets a policy that now denies win over an approval given before', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    world.setPolicy('version: 1\ndefault: deny\nrules: []\n');
    const run = await world.settle(waiting.run_id);
    expect(onlyCall(run)).toMatchObject({ status: 'refused', error: { code: 'denied_by_policy' } });
  });

  it('reports an unknown outcome, repeats nothing, and lets another person than the requester resolve it', async () => {
    const world = worldThat([suspend('jane')], {
      tools: [
        {
          server: 'dir',
          tool: 'suspend',
          run: async () => ({ kind: 'unknown', message: 'the connection broke' }),
        },
      ],
    });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const run = await world.settle(waiting.run_id);
    expect(run.status).toBe('failed');
    expect(onlyCall(run).status).toBe('unknown');
    expect(world.tools.calls).toHaveLength(1);
    const resolution = {
      run_id: run.run_id,
      call_id: onlyCall(run).call_id,
      outcome: 'succeeded',
      note: 'looked',
    } as const;
    expect(await codeOf(resolveExecution(world.deps, as('alice'), resolution))).toBe(
      'requester_may_not_vote',
    );
    const resolved = await resolveExecution(world.deps, as('carol'), resolution);
    expect(onlyCall(resolved)).toMatchObject({ status: 'succeeded', resolved_by: 'carol' });
    expect(await codeOf(resolveExecution(world.deps, as('dave'), resolution))).toBe('not_resolvable');
  });

  it('tries again by itself where nothing was sent, and where a repetition changes nothing', async () => {
    const answers = [
      { kind: 'not_sent', code: 'unavailable', message: 'down' } as const,
      { kind: 'unknown', message: 'lost' } as const,
      'tagged',
    ];
    const world = worldThat([['dir__tag', { user: 'jane' }]], {
      tools: [
        {
          server: 'dir',
          tool: 'tag',
          annotations: { idempotentHint: true },
          run: async () => answers.shift() ?? 'again',
        },
      ],
    });
    const waiting = await world.ask('tag jane');
    await world.vote('carol', waiting);
    const run = await world.settle(waiting.run_id);
    expect(onlyCall(run).status).toBe('succeeded');
    expect(new Set(world.tools.calls.map((call) => call.idempotency_key)).size).toBe(1);
  });
});

describe('the gate', () => {
  it('denies a call that no rule allows, tells the model, and ends denied', async () => {
    const world = worldThat([suspend('jane')], { policy: 'version: 1\ndefault: deny\nrules: []\n' });
    const run = await world.ask('suspend jane');
    expect(run.status).toBe('denied');
    expect(world.tools.calls).toHaveLength(0);
  });

  it('denies and records when the preview can not be read', async () => {
    const world = worldThat([suspend('jane')], {
      tools: [
        {
          server: 'dir',
          tool: 'suspend',
          run: async () => 'done',
          preview: () => Promise.reject(new Error('boom')),
        },
      ],
    });
    const run = await world.ask('suspend jane');
    expect(onlyCall(run).decision).toMatchObject({
      effect: 'deny',
      reasons: [expect.stringContaining('preview_failed')],
    });
    expect(run.status).toBe('denied');
  });

  it('keeps a password out of the model’s reach, the record and the tools', async () => {
    const secret = ['hunter', '2!!'].join('');
    const world = new World({
      answers: [{ calls: [['dir__suspend', { user: 'jane', note: `password: ${secret}` }]] }, { text: 'ok' }],
    });
    const run = await world.ask(`set the password: ${secret} for jane`);
    expect(run.status).not.toBe('awaiting_approval');
    expect(JSON.stringify(await world.record(run))).not.toContain(secret);
    expect(world.tools.calls).toHaveLength(0);
  });

  it('raises a declared category and never lowers one', async () => {
    const lowered = await worldThat([suspend('jane')]).ask('suspend jane', { category: 'read' });
    expect(lowered.status).toBe('awaiting_approval');
    const raised = await worldThat([['dir__get', { user: 'jane' }]]).ask('who is jane', {
      category: 'privileged_write',
    });
    expect(raised.status).toBe('awaiting_approval');
  });

  it('executes nothing in a dry run and says what would happen', async () => {
    const world = worldThat([suspend('jane')]);
    const run = await world.ask('suspend jane', { dry_run: true });
    expect(run.status).toBe('completed');
    expect(run.output).toContain('dir/suspend');
    expect(world.tools.calls).toHaveLength(0);
  });
});

describe('starting a run', () => {
  it('gives a repeated request with the same key the first one’s run, and refuses the key for another request', async () => {
    const world = worldThat([['dir__get', { user: 'jane' }]]);
    const first = await startRun(world.deps, as('alice'), { query: 'who is jane', idempotency_key: 'k1' });
    const second = await startRun(world.deps, as('alice'), { query: 'who is jane', idempotency_key: 'k1' });
    expect(second.run_id).toBe(first.run_id);
    expect(await codeOf(startRun(world.deps, as('alice'), { query: 'other', idempotency_key: 'k1' }))).toBe(
      'idempotency_key_reused',
    );
    const foreign = await startRun(world.deps, as('bob'), { query: 'who is jane', idempotency_key: 'k1' });
    expect(foreign.run_id).not.toBe(first.run_id);
  });

  it('remembers earlier turns of the session, and only of the same person', async () => {
    const world = worldThat([['dir__get', { user: 'jane' }]]);
    const first = await world.ask('who is jane', { session_id: 's1' });
    const second = await world.ask('and her manager?', { session_id: 's1' });
    expect(second.started.memory.map((turn) => turn.text)).toEqual(['who is jane', first.output]);
    const other = await world.ask('and her manager?', { session_id: 's1' }, 'bob');
    expect(other.started.memory).toEqual([]);
  });

  it('presents a run in the shape of the contract', async () => {
    const world = worldThat([['dir__get', { user: 'jane' }]]);
    const view = await presentRun(world.deps, await world.ask('who is jane'));
    expect(view).toMatchObject({
      status: 'completed',
      user_id: 'alice',
      tool_calls: [
        {
          server: 'dir',
          tool: 'get',
          category: 'read',
          status: 'succeeded',
          decision: { effect: 'allow', rule_ids: ['reads'] },
        },
      ],
    });
  });

  it('does what time demands for one run when its workflow wait ends', async () => {
    const world = worldThat([suspend('jane')]);
    const waiting = await world.ask('suspend jane');
    await expireApprovals(world.deps, waiting.run_id);
    expect((await world.settle(waiting.run_id)).status).toBe('awaiting_approval');
    world.clock.advance(3_600_000);
    await expireApprovals(world.deps, waiting.run_id);
    expect((await world.settle(waiting.run_id)).status).toBe('expired');
  });
});
