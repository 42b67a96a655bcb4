import type { JsonObject } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { makeJaneAdmin, openApi, type Who } from './api-world.ts';

type Api = ReturnType<typeof openApi>;

/** Alice's request waits; `act` votes or edits on exactly what is asked now. */
async function waiting(api: Api = openApi()) {
  const run = await api.ask('alice', 'suspend jane');
  const { approval_id, digest } = await api.pending();
  const vote = (who: Who, ballot: JsonObject = {}) =>
    api.call(who, `POST /approvals/${approval_id}/votes`, {
      body: { decision: 'approve', digest, ...ballot },
    });
  const edit = (who: Who, args: JsonObject, change: JsonObject = {}) =>
    api.call(who, `POST /approvals/${approval_id}/edit`, { body: { arguments: args, digest, ...change } });
  const show = async () => (await api.call('carol', `GET /approvals/${approval_id}`)).body;
  return { ...api, run, approval_id, digest, vote, edit, show };
}

describe('GET /approvals', () => {
  it('lists what waits, oldest first, in pages, and what was decided under its status', async () => {
    const api = openApi();
    for (let i = 0; i < 3; i += 1) {
      await api.ask('alice', `suspend jane ${i}`);
      api.world.clock.advance(1000);
    }
    const page = async (query: string) => (await api.call('carol', `GET /approvals?${query}`)).body;
    const first = await page('limit=2');
    expect(first.items).toMatchObject([
      { query: 'suspend jane 0', status: 'pending', tools: ['dir/suspend'], requester_id: 'alice' },
      { query: 'suspend jane 1' },
    ]);
    const rest = await page(`limit=2&cursor=${String(first.next_cursor)}`);
    expect(rest).toMatchObject({ items: [{ query: 'suspend jane 2' }], next_cursor: null });
    const { approval_id, digest } = await api.pending();
    await api.call('carol', `POST /approvals/${approval_id}/votes`, {
      body: { decision: 'approve', digest },
    });
    await api.engine.quiesce();
    expect((await page('status=approved')).items).toMatchObject([{ approval_id, status: 'approved' }]);
    expect((await page('status=pending')).items).toHaveLength(2);
    const mixed = await api.call(
      'carol',
      `GET /approvals?status=approved&cursor=${String(first.next_cursor)}`,
    );
    expect(mixed.status).toBe(400);
  });
});

describe('GET /approvals/{approval_id}', () => {
  it('shows the exact call, why it waits, who may decide, and what happened to it', async () => {
    const { show, approval_id, digest, run, vote } = await waiting();
    await vote('bob');
    expect(await show()).toMatchObject({
      approval_id,
      digest,
      run_id: run.run_id,
      status: 'pending',
      requester_id: 'alice',
      environment: 'dev',
      requirement: { steps: [{ from: ['group:security'], votes: 1 }], expires_in_seconds: 3600 },
      calls: [
        {
          server: 'dir',
          tool: 'suspend',
          arguments: { user: 'jane' },
          category: 'privileged_write',
          rule_ids: ['writes'],
          reasons: ['Changes need a look.'],
          status: 'awaiting_approval',
        },
      ],
      votes: [],
      open_step: { index: 0, approvers: ['group:security'], votes_needed: 1, votes_have: 0 },
      history: [{ type: 'approval-requested' }, { type: 'vote-refused', actor: 'bob' }],
    });
  });
});

describe('POST /approvals/{approval_id}/votes', () => {
  it('approves, and exactly the call that was shown is executed', async () => {
    const { vote, engine, world, call, run } = await waiting();
    const { status, body } = await vote('carol', { reason: 'checked with HR' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'approved',
      decided_by: ['carol'],
      votes: [
        { principal_id: 'carol', reason: 'checked with HR', assurance: 'authenticated', channel: 'api' },
      ],
    });
    expect((body.history as JsonObject[]).map(({ type }) => type)).toEqual([
      'approval-requested',
      'vote-cast',
      'approval-decided',
    ]);
    await engine.quiesce();
    expect(world.tools.calls).toMatchObject([
      { server: 'dir', tool: 'suspend', arguments: { user: 'jane' } },
    ]);
    expect((await call('alice', `GET /agent/runs/${String(run.run_id)}`)).body.status).toBe('completed');
  });

  it('is bound to what the voter saw', async () => {
    const { vote, show } = await waiting();
    const answer = await vote('carol', { digest: 'f'.repeat(64) });
    expect(answer.status).toBe(409);
    expect(answer.body.code).toBe('digest_mismatch');
    expect(answer.text).not.toContain(String((await show()).digest));
    expect(await show()).toMatchObject({ status: 'pending', votes: [] });
  });

  it.each([
    ['the requester', 'alice', 'requester_may_not_vote'],
    ['somebody of another group', 'bob', 'not_an_approver'],
    ['an outsider', 'mallory', 'not_an_approver'],
    ['somebody whom the directory does not know', 'stranger', 'unknown_principal'],
  ] as const)('refuses %s with its reason, and records the refusal', async (_who, who, code) => {
    const { vote, show, world, engine } = await waiting();
    const answer = await vote(who);
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe(code);
    expect((await show()).history).toMatchObject([
      { type: 'approval-requested' },
      { type: 'vote-refused', actor: who, data: { code } },
    ]);
    await engine.quiesce();
    expect(world.tools.calls).toEqual([]);
  });

  it('refuses a name that the voter’s token does not prove', async () => {
    const { vote, record } = await waiting();
    const answer = await vote('mallory', { user_id: 'carol' });
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect((await record()).at(-1)).toMatchObject({ type: 'request-refused', actor: 'mallory' });
  });

  it('takes the operator’s word for who votes as no more than a word', async () => {
    const strict = `
version: 1
default: deny
rules:
  - id: writes
    effect: approval
    when: { tools: ["dir/*"] }
    approval: { steps: [{ from: ["group:security"], votes: 1 }], expires_in_seconds: 60, assurance: authenticated }
    reason: Changes need a person who proved to be one.
`;
    const { vote } = await waiting(openApi({ policy: strict }));
    const claimed = await vote('operator', { user_id: 'carol' });
    expect([claimed.status, claimed.body.code]).toEqual([403, 'assurance_too_low']);
    expect((await vote('carol')).status).toBe(200);
  });

  it('tells a late voter who decided, and one who votes twice so', async () => {
    const { vote } = await waiting(openApi({ answers: makeJaneAdmin }));
    expect((await vote('carol')).body.status).toBe('pending');
    expect((await vote('carol')).body.code).toBe('already_voted');
    expect((await vote('dave')).body.status).toBe('approved');
    const late = await vote('carol', { decision: 'reject', reason: 'too late' });
    expect([late.status, late.body.code]).toEqual([409, 'approval_not_pending']);
    expect(late.body.detail).toEqual(expect.stringContaining('dave'));
  });

  it('counts one of the votes that race, and tells every other one', async () => {
    const { vote, engine, world } = await waiting();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => vote(i % 2 === 0 ? 'carol' : 'dave')),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers) {
      if (status !== 200) expect(['already_voted', 'approval_not_pending']).toContain(body.code);
    }
    await engine.quiesce();
    expect(world.tools.calls).toHaveLength(1);
  });

  it('rejects with a reason only', async () => {
    const { vote, engine, world } = await waiting();
    const silent = await vote('carol', { decision: 'reject' });
    expect(silent.status).toBe(400);
    expect(silent.body.errors).toMatchObject([{ path: 'reason' }]);
    expect((await vote('carol', { decision: 'reject', reason: 'wrong Jane' })).body).toMatchObject({
      status: 'rejected',
      reason: 'wrong Jane',
    });
    await engine.quiesce();
    expect(world.tools.calls).toEqual([]);
  });

  it('comes too late after the time is over', async () => {
    const { vote, world } = await waiting();
    world.clock.advance(3_600_000);
    const late = await vote('carol');
    expect([late.status, late.body.code]).toEqual([409, 'approval_not_pending']);
  });
});

describe('POST /approvals/{approval_id}/edit', () => {
  it('makes a new digest, asks the policy again, voids earlier votes, and takes the editor out', async () => {
    const { vote, edit, digest } = await waiting(openApi({ answers: makeJaneAdmin }));
    await vote('carol');
    const edited = await edit('dave', { user: 'jane', role: 'reader' });
    expect(edited.status).toBe(200);
    expect(edited.body).toMatchObject({
      status: 'pending',
      calls: [{ arguments: { user: 'jane', role: 'reader' } }],
      votes: [],
      void_votes: [{ principal_id: 'carol' }],
      editors: ['dave'],
    });
    expect(edited.body.digest).not.toBe(digest);
    expect((await vote('carol')).body.code).toBe('digest_mismatch');
    const now = { digest: String(edited.body.digest) };
    expect((await vote('dave', now)).body.code).toBe('editor_may_not_vote');
    expect((await vote('carol', now)).status).toBe(200);
  });

  it('refuses arguments that the tool would not take, by name', async () => {
    const { edit, show, digest } = await waiting();
    const answer = await edit('carol', { usr: 'jane' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toContainEqual({
      path: 'arguments',
      message: expect.stringContaining('user'),
    });
    expect((await show()).digest).toBe(digest);
  });

  it('refuses an edit of what is not shown any more', async () => {
    const { edit } = await waiting();
    expect((await edit('carol', { user: 'john' }, { digest: '0'.repeat(64) })).body.code).toBe(
      'digest_mismatch',
    );
  });

  it('asks which call is meant where there are several', async () => {
    const api = openApi({
      answers: [
        {
          calls: [
            ['dir__suspend', { user: 'jane' }],
            ['dir__suspend', { user: 'john' }],
          ],
        },
        { text: 'Done.' },
      ],
    });
    const { edit, show } = await waiting(api);
    const unclear = await edit('carol', { user: 'jim' });
    expect(unclear.body.errors).toMatchObject([{ path: 'call_id' }]);
    const calls = (await show()).calls as JsonObject[];
    const call_id = String(calls[1]?.call_id);
    expect((await edit('carol', { user: 'jim' }, { call_id })).body.calls).toMatchObject([
      { arguments: { user: 'jane' } },
      { arguments: { user: 'jim' } },
    ]);
  });

  it('refuses strangers, on the record', async () => {
    const { edit, record } = await waiting();
    const answer = await edit('stranger', { user: 'john' });
    expect([answer.status, answer.body.code]).toEqual([403, 'unknown_principal']);
    expect((await record()).at(-1)).toMatchObject({
      stream: 'refusals',
      type: 'request-refused',
      data: { principal_id: 'stranger', code: 'unknown_principal' },
    });
  });
});
