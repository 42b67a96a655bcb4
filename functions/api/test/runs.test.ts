import type { JsonObject } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { defaultTools } from '../../../packages/application/test/world.ts';
import { lookUpJane, openApi, suspendJane } from './api-world.ts';

const key = (value: string) => ({ headers: { 'idempotency-key': value } });

describe('POST /agent/run', () => {
  it('answers 202 with the run as it begins, and where to look for it', async () => {
    const { call, engine } = openApi({ answers: lookUpJane });
    const { status, body, headers } = await call('alice', 'POST /agent/run', {
      body: { query: 'who is jane', session_id: 's1', category: 'privileged_write', execution_timeout: 60 },
    });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/agent/runs/${String(body.run_id)}`);
    expect(body).toMatchObject({ status: 'running', user_id: 'alice', session_id: 's1', tool_calls: [] });
    await engine.quiesce();
    expect((await call('alice', `GET /agent/runs/${String(body.run_id)}`)).body).toMatchObject({
      status: 'awaiting_approval',
      tool_calls: [
        { server: 'dir', tool: 'get', category: 'privileged_write', decision: { effect: 'approval' } },
      ],
    });
  });

  it('runs what it was asked to, and shows calls, decisions and results', async () => {
    const { ask } = openApi({ answers: lookUpJane });
    expect(await ask('alice', 'who is jane')).toMatchObject({
      status: 'completed',
      output: 'Jane it is.',
      model_id: 'scripted',
      tool_calls: [
        {
          arguments: { user: 'jane' },
          decision: { effect: 'allow', rule_ids: ['reads'], reasons: ['Reading changes nothing.'] },
          status: 'succeeded',
          result: { content: { name: 'Jane' } },
        },
      ],
    });
  });

  it('takes action_text for query', async () => {
    const { call } = openApi();
    const { body } = await call('alice', 'POST /agent/run', { body: { action_text: 'suspend jane' } });
    expect(body.query).toBe('suspend jane');
  });

  it('executes nothing in a dry run', async () => {
    const { call, engine, world } = openApi();
    await call('alice', 'POST /agent/run', { body: { query: 'suspend jane', dry_run: true } });
    await engine.quiesce();
    expect((await call('alice', 'GET /agent/runs')).body.items).toMatchObject([{ status: 'completed' }]);
    expect(world.tools.calls).toEqual([]);
  });

  it('gives a repeated request the first one’s run, and no second execution', async () => {
    const { call, engine, world } = openApi({ answers: lookUpJane });
    const request = { body: { query: 'who is jane' }, ...key('k-1') };
    const first = await call('alice', 'POST /agent/run', request);
    await engine.quiesce();
    const second = await call('alice', 'POST /agent/run', request);
    expect(second.status).toBe(202);
    expect(second.body).toMatchObject({ run_id: first.body.run_id, status: 'completed' });
    await engine.quiesce();
    expect(world.tools.calls).toHaveLength(1);
  });

  it('gives requests that race with one key one run', async () => {
    const { call, engine, world } = openApi({ answers: lookUpJane });
    const request = { body: { query: 'who is jane' }, ...key('k-1') };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call('alice', 'POST /agent/run', request)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202));
    expect(new Set(answers.map(({ body }) => body.run_id)).size).toBe(1);
    await engine.quiesce();
    expect((await world.deps.runs.list({ limit: 10 })).items).toHaveLength(1);
    expect(world.tools.calls).toHaveLength(1);
  });

  it('refuses a key that belongs to another request, and lets another person use the same', async () => {
    const { call } = openApi();
    const first = await call('alice', 'POST /agent/run', { body: { query: 'suspend jane' }, ...key('k-1') });
    const reused = await call('alice', 'POST /agent/run', { body: { query: 'suspend john' }, ...key('k-1') });
    expect(reused.status).toBe(409);
    expect(reused.body.code).toBe('idempotency_key_reused');
    const other = await call('bob', 'POST /agent/run', { body: { query: 'suspend jane' }, ...key('k-1') });
    expect(other.status).toBe(202);
    expect(other.body.run_id).not.toBe(first.body.run_id);
  });

  it.each(['', 'x'.repeat(256), 'tab\tinside'])('refuses the key %j by the header’s name', async (value) => {
    const { call } = openApi();
    const answer = await call('alice', 'POST /agent/run', { body: { query: 'suspend jane' }, ...key(value) });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path: 'Idempotency-Key' }]);
  });
});

describe('whose credential it is', () => {
  it('a person’s own token acts for that person, named or not, as authenticated', async () => {
    const { call, world } = openApi();
    for (const body of [{ query: 'suspend jane' }, { query: 'suspend jane', user_id: 'alice' }]) {
      const answer = await call('alice', 'POST /agent/run', { body });
      const run = await world.deps.repository.load(String(answer.body.run_id));
      expect(run?.started.principal).toMatchObject({
        id: 'alice',
        assurance: 'authenticated',
        groups: ['employees'],
      });
    }
  });

  it('a person’s own token acts for nobody else, and the attempt is on the record', async () => {
    const { call, record } = openApi();
    const answer = await call('mallory', 'POST /agent/run', {
      body: { query: 'suspend jane', user_id: 'alice' },
    });
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe('forbidden');
    expect(await record()).toMatchObject([
      {
        stream: 'refusals',
        type: 'request-refused',
        actor: 'mallory',
        data: {
          principal_id: 'mallory',
          channel: 'api',
          code: 'forbidden',
          detail: expect.stringContaining('user_id'),
        },
      },
    ]);
  });

  it('the operator’s token acts for whom it names, as no more than a claim', async () => {
    const { call, world } = openApi();
    const answer = await call('operator', 'POST /agent/run', {
      body: { query: 'suspend jane', user_id: 'alice' },
    });
    const run = await world.deps.repository.load(String(answer.body.run_id));
    expect(run?.started.principal).toMatchObject({ id: 'alice', assurance: 'asserted' });
  });

  it('the operator’s token must name somebody', async () => {
    const { call } = openApi();
    const answer = await call('operator', 'POST /agent/run', { body: { query: 'suspend jane' } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path: 'user_id' }]);
  });
});

describe('GET /agent/runs', () => {
  it('pages through all runs, newest first, without repeating or losing one that comes in between', async () => {
    const { call, ask, world } = openApi({ answers: lookUpJane });
    const ids: unknown[] = [];
    for (let i = 0; i < 5; i += 1) {
      ids.unshift((await ask('alice', `who is jane ${i}`)).run_id);
      world.clock.advance(1000);
    }
    const seen: unknown[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page += 1) {
      const { body } = await call(
        'bob',
        `GET /agent/runs?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...(body.items as JsonObject[]).map(({ run_id }) => run_id));
      cursor = body.next_cursor as string | null;
      if (page === 0) await ask('alice', 'who is jane now');
    }
    expect(seen).toEqual(ids);
  });

  it('narrows by person and status, and a cursor is good for its own list only', async () => {
    const { call, ask, world } = openApi();
    await ask('alice', 'suspend jane');
    world.clock.advance(1000);
    await ask('alice', 'suspend john');
    await ask('bob', 'suspend jane');
    const list = async (query: string) => (await call('carol', `GET /agent/runs?${query}`)).body;
    expect((await list('user_id=alice')).items).toHaveLength(2);
    expect((await list('user_id=alice&status=completed')).items).toEqual([]);
    const { next_cursor } = await list('user_id=alice&limit=1');
    expect(typeof next_cursor).toBe('string');
    const foreign = await call('carol', `GET /agent/runs?user_id=bob&cursor=${String(next_cursor)}`);
    expect(foreign.status).toBe(400);
    expect(foreign.body.errors).toMatchObject([{ path: 'cursor' }]);
  });
});

describe('POST /agent/runs/{run_id}/cancel', () => {
  it('lets the requester cancel, and nobody whom it does not concern', async () => {
    const { call, ask, engine, record } = openApi();
    const { run_id } = await ask('alice', 'suspend jane');
    const route = `POST /agent/runs/${String(run_id)}/cancel`;
    const refused = await call('mallory', route, { body: {} });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect((await record()).filter(({ type }) => type === 'request-refused')).toMatchObject([
      { actor: 'mallory' },
    ]);
    expect((await call('alice', route, { body: { reason: 'never mind' } })).status).toBe(200);
    await engine.quiesce();
    expect((await call('alice', `GET /agent/runs/${String(run_id)}`)).body.status).toBe('cancelled');
    const again = await call('alice', route, { body: {} });
    expect(again.status).toBe(409);
    expect(again.body.code).toBe('run_not_active');
  });

  it('lets who was asked to approve cancel as well, in their own name', async () => {
    const { call, ask, pending, engine, record } = openApi({ answers: suspendJane });
    const { run_id } = await ask('alice', 'suspend jane');
    await pending();
    expect((await call('carol', `POST /agent/runs/${String(run_id)}/cancel`, { body: {} })).status).toBe(200);
    await engine.quiesce();
    expect((await call('alice', `GET /agent/runs/${String(run_id)}`)).body.status).toBe('cancelled');
    expect((await record()).filter(({ type }) => type === 'cancel-requested')).toMatchObject([
      { actor: 'carol', data: { principal_id: 'carol' } },
    ]);
  });
});

describe('POST /agent/runs/{run_id}/calls/{call_id}/resolve', () => {
  it('lets somebody who looked say what became of a call, and nobody unknown', async () => {
    const { call, ask, pending, engine, record } = openApi({
      answers: suspendJane,
      tools: defaultTools().map((tool) => ({
        ...tool,
        run: async () => ({ kind: 'unknown', message: 'the connection broke' }) as const,
      })),
    });
    const { run_id } = await ask('alice', 'suspend jane');
    const { approval_id, digest } = await pending();
    await call('carol', `POST /approvals/${approval_id}/votes`, { body: { decision: 'approve', digest } });
    await engine.quiesce();
    const { body: run } = await call('alice', `GET /agent/runs/${String(run_id)}`);
    const [unknown] = run.tool_calls as JsonObject[];
    expect(unknown).toMatchObject({ status: 'unknown', error: { code: 'outcome_unknown' } });
    const route = `POST /agent/runs/${String(run_id)}/calls/${String(unknown?.call_id)}/resolve`;
    const body = { outcome: 'succeeded', note: 'looked at the directory' };
    const refusals = [await call('stranger', route, { body }), await call('alice', route, { body })];
    expect(refusals.map((answer) => answer.body.code)).toEqual([
      'unknown_principal',
      'requester_may_not_vote',
    ]);
    expect((await record()).filter(({ stream }) => stream === 'refusals').map(({ actor }) => actor)).toEqual([
      'stranger',
      'alice',
    ]);
    const resolved = await call('carol', route, { body });
    expect(resolved.body.tool_calls).toMatchObject([{ status: 'succeeded', resolved_by: 'carol' }]);
    expect((await call('dave', route, { body })).body.code).toBe('not_resolvable');
  });
});
