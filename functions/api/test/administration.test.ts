import { createToolPins } from '@hitl/application';
import { makeCheckpoint, verifyExport } from '@hitl/audit';
import { type JsonObject, qualifiedName } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { openApi, suspendJane, type Who } from './api-world.ts';

const grant = {
  grantee_id: 'alice',
  server: 'dir',
  tool: 'suspend',
  arguments: { user: 'jane' },
  max_uses: 2,
  expires_in_seconds: 3600,
  reason: 'leaver list of today',
};

describe('grants', () => {
  it('are given, listed, used and revoked', async () => {
    const { call, ask, world } = openApi({ answers: suspendJane });
    const created = await call('carol', 'POST /grants', { body: grant });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ grantor_id: 'carol', grantee_id: 'alice', uses: 0, revoked: false });
    expect((await ask('alice', 'suspend jane')).status).toBe('completed');
    expect((await call('bob', 'GET /grants')).body.items).toMatchObject([{ uses: 1, revoked: false }]);
    const route = `DELETE /grants/${String(created.body.grant_id)}`;
    expect((await call('dave', `${route}?reason=over`)).body).toMatchObject({ revoked: true });
    expect((await call('dave', route)).body).toMatchObject({ revoked: true });
    expect((await ask('alice', 'suspend jane')).status).toBe('awaiting_approval');
    expect(world.tools.calls).toHaveLength(1);
  });

  it('are listed in pages, newest first', async () => {
    const { call, world } = openApi();
    for (const user of ['a', 'b', 'c']) {
      await call('carol', 'POST /grants', { body: { ...grant, arguments: { user } } });
      world.clock.advance(1000);
    }
    const first = (await call('carol', 'GET /grants?limit=2')).body;
    expect(first.items).toMatchObject([{ arguments: { user: 'c' } }, { arguments: { user: 'b' } }]);
    const rest = (await call('carol', `GET /grants?limit=2&cursor=${String(first.next_cursor)}`)).body;
    expect(rest).toMatchObject({ items: [{ arguments: { user: 'a' } }], next_cursor: null });
  });

  it.each([
    ['a pattern', { tool: 'sus*' }, 'tool'],
    ['no argument at all', { arguments: {} }, 'arguments'],
    ['a year', { expires_in_seconds: 31_536_000 }, 'expires_in_seconds'],
    ['any number of uses', { max_uses: 1001 }, 'max_uses'],
    ['no reason', { reason: '  ' }, 'reason'],
  ])('are refused for %s', async (_what, change, path) => {
    const { call } = openApi();
    const answer = await call('carol', 'POST /grants', { body: { ...grant, ...change } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path }]);
  });

  it('are neither given nor revoked by who may not, and each attempt is on the record', async () => {
    const { call, record } = openApi();
    const { body } = await call('carol', 'POST /grants', { body: grant });
    const route = `DELETE /grants/${String(body.grant_id)}`;
    const attempts: [Who, string, object | undefined, string][] = [
      ['stranger', 'POST /grants', grant, 'unknown_principal'],
      ['alice', 'POST /grants', grant, 'forbidden'],
      ['carol', 'POST /grants', { ...grant, grantee_id: 'nobody' }, 'unknown_principal'],
      ['stranger', route, undefined, 'unknown_principal'],
      ['mallory', route, undefined, 'forbidden'],
      ['mallory', `${route}?user_id=carol`, undefined, 'forbidden'],
    ];
    for (const [who, target, content, code] of attempts) {
      const answer = await call(who, target, content === undefined ? {} : { body: content });
      expect([answer.status, answer.body.code]).toEqual([403, code]);
    }
    const refusals = (await record()).filter(({ type }) => type === 'request-refused');
    expect(refusals.map(({ actor }) => actor)).toEqual(attempts.map(([who]) => who));
    expect(refusals.map(({ data }) => data.code)).toEqual(attempts.map(([, , , code]) => code));
  });
});

describe('tools', () => {
  /** One tool waits for acceptance until the record says that somebody accepted it. */
  const quarantining = () =>
    openApi({
      change: (deps) => {
        const pins = createToolPins(deps.log);
        const list: typeof deps.tools.list = async (options) => {
          const all = await deps.tools.list(options);
          const waits = await Promise.all(
            all.tools.map(
              async (tool) =>
                tool.tool === 'grant' && !(await pins.isAccepted(qualifiedName(tool), tool.digest)),
            ),
          );
          return {
            tools: all.tools.filter((_, i) => waits[i] !== true),
            quarantined: all.tools.filter((_, i) => waits[i] === true),
            unavailable: [{ server: 'jira', reason: 'connection refused' }],
            dropped: [{ server: 'dir', tool: 'odd', reason: 'its schema is not valid' }],
          };
        };
        return { tools: { ...deps.tools, list } };
      },
    });
  const quarantined = (body: JsonObject) =>
    (body.items as JsonObject[]).filter(({ status }) => status === 'quarantined').map(({ name }) => name);

  it('are listed with those that wait for acceptance, and servers that are down', async () => {
    const { call } = quarantining();
    const { body } = await call('bob', 'GET /tools');
    expect(quarantined(body)).toEqual(['dir/grant']);
    expect(body).toMatchObject({
      unavailable: [{ server: 'jira', reason: 'connection refused' }],
      dropped: [{ server: 'dir', tool: 'odd' }],
    });
    expect((body.items as JsonObject[]).find(({ name }) => name === 'dir/get')).toMatchObject({
      status: 'accepted',
      annotations: { readOnlyHint: true },
      input_schema: { required: ['user'] },
    });
  });

  it('are accepted by a known person, on the record, and not by a stranger', async () => {
    const { call, record } = quarantining();
    const body = { name: 'dir/grant' };
    const changed = { ...body, digest: '0'.repeat(64) };
    expect((await call('bob', 'POST /tools/accept', { body: changed })).body).toMatchObject({
      status: 409,
      code: 'digest_mismatch',
    });
    const refused = await call('stranger', 'POST /tools/accept', { body });
    expect([refused.status, refused.body.code]).toEqual([403, 'unknown_principal']);
    expect((await call('bob', 'POST /tools/accept', { body })).body).toMatchObject({
      name: 'dir/grant',
      status: 'accepted',
    });
    expect(quarantined((await call('bob', 'GET /tools')).body)).toEqual([]);
    expect((await record()).map(({ type, actor }) => [type, actor])).toEqual([
      ['request-refused', 'stranger'],
      ['tool-accepted', 'bob'],
    ]);
    expect((await call('bob', 'POST /tools/accept', { body })).status).toBe(200);
  });
});

describe('POST /policy/evaluate', () => {
  it('says what would be decided and why, and executes and records nothing', async () => {
    const { call, record, world } = openApi();
    const { status, body } = await call('alice', 'POST /policy/evaluate', {
      body: { server: 'dir', tool: 'grant', arguments: { user: 'jane', role: 'admin' } },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      decision: { effect: 'approval', rule_ids: ['two-for-roles', 'writes'], category: 'privileged_write' },
      explanation: expect.anything(),
    });
    expect(await record()).toEqual([]);
    expect(world.tools.calls).toEqual([]);
  });

  it('counts calls as the gate does', async () => {
    const { call, ask } = openApi({
      answers: [{ calls: [['dir__get', { user: 'jane' }]] }, { text: 'Done.' }],
      policy: `
version: 1
default: approval
categories: [{ tools: ["dir/get"], category: read }]
rules:
  - { id: one-an-hour, effect: deny, when: { category: read, rate: { n: 1, per_seconds: 3600 } }, reason: Once an hour. }
  - { id: reads, effect: allow, when: { category: read }, reason: Reading changes nothing. }
`,
    });
    const evaluate = async () =>
      (await call('alice', 'POST /policy/evaluate', { body: { server: 'dir', tool: 'get' } })).body.decision;
    const before = await evaluate();
    await ask('alice', 'who is jane');
    expect([before, await evaluate()]).toMatchObject([{ effect: 'allow' }, { effect: 'deny' }]);
  });

  it('denies a secret in the arguments, as the gate does', async () => {
    const { call } = openApi();
    const { body } = await call('alice', 'POST /policy/evaluate', {
      body: { server: 'dir', tool: 'get', arguments: { user: 'jane', password: ['hunter', '2x'].join('') } },
    });
    expect(body.decision).toMatchObject({
      effect: 'deny',
      reasons: [expect.stringMatching(/^secret_in_arguments/)],
    });
  });
});

describe('the record', () => {
  it('is read stream by stream, in pages', async () => {
    const { call, ask } = openApi();
    const { run_id } = await ask('alice', 'suspend jane');
    const route = `GET /audit?run_id=${String(run_id)}`;
    const { body } = await call('bob', route);
    const types = (body.items as JsonObject[]).map(({ type }) => type);
    expect(types).toEqual([
      'run-started',
      'tools-frozen',
      'model-answered',
      'call-decided',
      'approval-requested',
    ]);
    expect(body.next_after).toBeNull();
    const seen: unknown[] = [];
    for (let after: unknown = 0; after !== null; ) {
      const page = (await call('bob', `${route}&limit=2&after=${String(after)}`)).body;
      seen.push(...(page.items as JsonObject[]).map(({ type }) => type));
      after = page.next_after;
    }
    expect(seen).toEqual(types);
    expect((await call('bob', `GET /audit?stream=run:${String(run_id)}`)).body.items).toHaveLength(5);
    expect((await call('bob', 'GET /audit')).body).toEqual({ items: [], next_after: null });
  });

  it('is verified, against a head that was noted elsewhere too', async () => {
    const { call, ask, world } = openApi();
    await ask('alice', 'suspend jane');
    world.clock.advance(60_000);
    const checkpoint = await makeCheckpoint({ ...world.deps, graceMs: 0 });
    const { body } = await call('bob', `GET /audit/verify?head=${checkpoint?.hash}`);
    expect(body).toMatchObject({ ok: true, entries: 6, checkpoints: 1, head: checkpoint?.hash });
    const unknown = (await call('bob', `GET /audit/verify?head=${'0'.repeat(64)}`)).body;
    expect(unknown).toMatchObject({ ok: false, problem: { what: 'head_not_found' } });
  });

  it('names the first entry that was tampered with', async () => {
    const { call, ask, world } = openApi();
    const { run_id } = await ask('alice', 'suspend jane');
    const log = world.deps.log as ReturnType<typeof import('@hitl/testing').createMemoryAuditLog>;
    log.tamper(`run:${String(run_id)}`, 4, (entry) => ({ ...entry, actor: 'mallory' }));
    expect((await call('bob', 'GET /audit/verify')).body).toMatchObject({
      ok: false,
      problem: { what: 'hash_mismatch', stream: `run:${String(run_id)}`, sequence: 4 },
    });
  });

  it('is exported as JSON Lines that verify without this API', async () => {
    const { call, ask } = openApi();
    await ask('alice', 'suspend jane');
    const { headers, text } = await call('bob', 'GET /audit/export');
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (async function* () {
      yield* text.split('\n').filter((line) => line !== '');
    })();
    expect(await verifyExport(lines)).toMatchObject({ ok: true, entries: 5 });
  });

  it('breaks an export off that can not be finished, so that nobody takes it for the whole', async () => {
    const { send } = openApi({
      change: () => ({
        exportAudit: async function* () {
          yield '{}\n';
          throw new Error('disk gone');
        },
      }),
    });
    const response = await send('bob', 'GET /audit/export');
    await expect(response.text()).rejects.toThrow();
  });
});

describe('GET /healthz', () => {
  it('answers everybody', async () => {
    const { call } = openApi();
    const { status, body } = await call('nobody', 'GET /healthz');
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok', version: '0.1.0', checks: { store: 'ok' } });
  });

  it('says which check fails and keeps to itself why', async () => {
    const { call } = openApi({
      change: () => ({
        healthChecks: {
          store: async () => {},
          record: () => Promise.reject(new Error('AccessDenied on table audit-prod')),
          model: () => {
            throw new Error('no key');
          },
        },
      }),
    });
    const { status, body, text } = await call('nobody', 'GET /healthz');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: 'degraded',
      checks: { store: 'ok', record: 'failing', model: 'failing' },
    });
    expect(text).not.toMatch(/audit-prod|key/);
  });
});

describe('reading', () => {
  it('changes nothing, whatever is read', async () => {
    const { call, ask, pending, record, world } = openApi();
    const { run_id } = await ask('alice', 'suspend jane');
    const { approval_id } = await pending();
    await call('carol', 'POST /grants', { body: grant });
    // Overdue: a read must not be what expires it.
    world.clock.advance(86_400_000);
    const before = JSON.stringify([await record(), await world.deps.runs.list({ limit: 10 })]);
    for (const path of [
      '/agent/runs',
      `/agent/runs/${String(run_id)}`,
      '/approvals',
      '/approvals?status=expired',
      `/approvals/${approval_id}`,
      '/grants',
      '/audit',
      `/audit?run_id=${String(run_id)}`,
      '/audit/verify',
      '/audit/export',
      '/tools',
      '/healthz',
      '/openapi.json',
    ]) {
      expect((await call('carol', `GET ${path}`)).status).toBe(200);
    }
    expect(JSON.stringify([await record(), await world.deps.runs.list({ limit: 10 })])).toBe(before);
    expect(world.notifier.sent.map(({ kind }) => kind)).toEqual([]);
  });
});
