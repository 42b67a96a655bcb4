import { UnavailableError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { lookUpJane, openApi } from './api-world.ts';

const json = (body: unknown) => ({ body });
const vote = { decision: 'approve', digest: '0'.repeat(64) };

describe('a request without a valid credential', () => {
  it('is told what kind of credential to send', async () => {
    const { call } = openApi();
    const { status, headers, body } = await call('nobody', 'GET /approvals');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="hitl-mcp"');
    expect(body).toMatchObject({ code: 'unauthenticated', status: 401, title: 'Unauthorized', errors: [] });
  });

  it('is told that the one it sent is not valid', async () => {
    const { call } = openApi();
    const headers = { authorization: 'Bearer wrong' };
    const answer = await call('nobody', 'GET /approvals', { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('learns nothing about what the API would accept, and changes nothing', async () => {
    const { call, record } = openApi();
    const answers = [
      await call('nobody', 'POST /agent/run', { raw: '{"query":' }),
      await call('nobody', 'POST /agent/run', json({ query: 'suspend jane', user_id: 'alice' })),
      await call('nobody', 'GET /agent/runs/run_000001'),
      await call('nobody', 'POST /approvals/apr_000001/votes', json(vote)),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(await record()).toEqual([]);
  });
});

describe('a wrong request', () => {
  it.each([
    ['no body', undefined, 'body', /empty/],
    ['a body that is not JSON', '{"query": "suspend jane"', 'body', /not valid JSON/],
    ['a body that is not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'body', /UTF-8/],
    ['a list', '[]', 'body', /object/],
    ['half a surrogate pair', '{"query":"\\ud800 suspend jane"}', 'body', /well-formed/],
    ['a number without a value', '{"query":"x","execution_timeout":1e999}', 'body', /finite/],
    [
      'nesting without end',
      `{"query":"x","extra":${'['.repeat(9000)}${']'.repeat(9000)}}`,
      'body',
      /deeper than 64/,
    ],
    ['a prototype inside', '{"query":"x","extra":{"__proto__":{"dry_run":true}}}', 'body', /__proto__/],
    ['a line break in an id', '{"query":"x","session_id":"a\\nb"}', 'session_id', /control/],
    ['nothing to do', '{}', 'query', /either query or action_text/],
    ['two things to do', '{"query":"a","action_text":"b"}', 'query', /either query or action_text/],
    ['a blank query', '{"query":"  "}', 'query', /./],
    ['a query that is too long', JSON.stringify({ query: 'x'.repeat(8001) }), 'query', /8000/],
    ['a query of the wrong type', '{"query":7}', 'query', /string/],
    ['an unknown field', '{"query":"a","qeury":"b"}', 'qeury', /not a known field/],
    ['an unknown category', '{"query":"a","category":"harmless"}', 'category', /read/],
    ['another environment', '{"query":"a","environment":"prod"}', 'environment', /dev/],
    ['a fraction of a second', '{"query":"a","execution_timeout":0.5}', 'execution_timeout', /int/],
    ['an empty user_id', '{"query":"a","user_id":""}', 'user_id', /./],
    ['a text where a flag belongs', '{"query":"a","dry_run":"yes"}', 'dry_run', /boolean/],
  ])(
    'with %s is refused by the name of the field, and nothing is written',
    async (_what, raw, path, message) => {
      const { call, world, record } = openApi();
      const answer = await call('alice', 'POST /agent/run', raw === undefined ? {} : { raw });
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.body).toMatchObject({
        type: 'urn:hitl-mcp:error:invalid_input',
        title: 'Bad Request',
        status: 400,
        code: 'invalid_input',
        request_id: answer.headers.get('x-request-id'),
      });
      expect(answer.body.errors).toContainEqual({ path, message: expect.stringMatching(message) });
      expect(answer.body.detail).toEqual(expect.stringContaining(path));
      expect(await record()).toEqual([]);
      expect((await world.deps.runs.list({ limit: 1 })).items).toEqual([]);
    },
  );

  it('names every wrong field at once', async () => {
    const { call } = openApi();
    const { body } = await call(
      'alice',
      'POST /agent/run',
      json({ query: 1, dry_run: 2, extra: 3, more: 4 }),
    );
    expect((body.errors as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      'dry_run',
      'extra',
      'more',
      'query',
    ]);
  });

  it.each([
    ['POST /approvals/apr_1/votes', { ...vote, digest: 'abc' }, 'digest'],
    ['POST /approvals/apr_1/votes', { ...vote, digest: 'A'.repeat(64) }, 'digest'],
    ['POST /approvals/apr_1/votes', { ...vote, decision: 'maybe' }, 'decision'],
    ['POST /approvals/apr_1/votes', { decision: 'approve' }, 'digest'],
    ['POST /approvals/apr_1/votes', { ...vote, vote: true }, 'vote'],
    ['POST /approvals/apr_1/edit', { digest: vote.digest, arguments: 'all' }, 'arguments'],
    ['POST /policy/evaluate', { server: 'dir' }, 'tool'],
    ['POST /tools/accept', { name: 'suspend' }, 'name'],
    ['POST /grants', { grantee_id: 'alice' }, 'server'],
    ['POST /agent/runs/run_1/cancel', { because: 'x' }, 'because'],
    ['POST /agent/runs/run_1/calls/c1/resolve', { outcome: 'unknown', note: 'x' }, 'outcome'],
    ['GET /agent/runs?limit=0', undefined, 'limit'],
    ['GET /agent/runs?limit=101', undefined, 'limit'],
    ['GET /agent/runs?limit=many', undefined, 'limit'],
    ['GET /agent/runs?status=sleeping', undefined, 'status'],
    ['GET /agent/runs?state=running', undefined, 'state'],
    ['GET /agent/runs?status=running&status=failed', undefined, 'status'],
    ['GET /agent/runs?cursor=elsewhere', undefined, 'cursor'],
    ['GET /approvals?status=open', undefined, 'status'],
    ['GET /approvals?cursor=elsewhere', undefined, 'cursor'],
    ['GET /grants?cursor=elsewhere', undefined, 'cursor'],
    ['GET /audit?after=-1', undefined, 'after'],
    ['GET /audit?stream=policy&run_id=run_1', undefined, 'stream'],
    ['GET /audit/verify?head=abc', undefined, 'head'],
    ['GET /tools?server=dir', undefined, 'server'],
    [`GET /agent/runs/${'r'.repeat(81)}`, undefined, 'run_id'],
  ])('%s with %j is refused by the name %s', async (route, body, path) => {
    const { call } = openApi();
    const answer = await call('carol', route, body === undefined ? {} : { body });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('invalid_input');
    expect((answer.body.errors as { path: string }[]).map((error) => error.path)).toContain(path);
  });

  it.each([
    ['GET /agent/runs/run_nobody', undefined],
    ['POST /agent/runs/run_nobody/cancel', {}],
    ['POST /agent/runs/run_nobody/calls/c1/resolve', { outcome: 'failed', note: 'looked' }],
    ['GET /approvals/apr_nobody', undefined],
    ['POST /approvals/apr_nobody/votes', vote],
    ['POST /approvals/apr_nobody/edit', { arguments: {}, digest: vote.digest }],
    ['DELETE /grants/grt_nobody', undefined],
    ['POST /tools/accept', { name: 'dir/nothing' }],
    ['GET /audit?run_id=run_nobody', undefined],
    ['GET /nothing/here', undefined],
    ['GET /agent/runs/', undefined],
  ])('%s is told that there is no such thing', async (route, body) => {
    const { call } = openApi();
    const answer = await call('carol', route, body === undefined ? {} : { body });
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'not_found', title: 'Not Found' });
  });

  it.each([
    ['GET /agent/run', 'POST'],
    ['DELETE /agent/runs', 'GET, HEAD'],
    ['PUT /grants', 'GET, POST, HEAD'],
    ['POST /healthz', 'GET, HEAD'],
    ['POST /openapi.json', 'GET, HEAD'],
    ['OPTIONS /approvals/apr_1/votes', 'POST'],
  ])('%s is told which methods the path takes', async (route, allow) => {
    const { call } = openApi();
    const answer = await call('carol', route);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.body.code).toBe('method_not_allowed');
  });

  it('may be large, but not too large, whatever length it claims', async () => {
    const { call } = openApi();
    const tooLarge = JSON.stringify({ query: 'x'.repeat(1024 * 1024) });
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 17; i += 1) controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
        controller.close();
      },
    });
    const answers = [
      await call('alice', 'POST /agent/run', { raw: tooLarge }),
      await call('alice', 'POST /agent/run', { raw: chunks }),
      await call('alice', 'POST /agent/run', { raw: '{}', headers: { 'content-length': '1048577' } }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(413);
      expect(body).toMatchObject({ code: 'body_too_large', errors: [{ path: 'body' }] });
    }
    const withinBounds = `{"query":"suspend jane"${' '.repeat(1024 * 1024 - 25)}}`;
    expect((await call('alice', 'POST /agent/run', { raw: withinBounds })).status).toBe(202);
  });
});

describe('every answer', () => {
  it('carries its own request id, and no cache, frame or sniffing browser may keep or read it', async () => {
    const { call } = openApi();
    const answers = [await call('carol', 'GET /agent/runs'), await call('carol', 'GET /nothing')];
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.has('access-control-allow-origin')).toBe(false);
    }
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(2);
  });

  it('answers HEAD like GET, without a body', async () => {
    const { send } = openApi();
    const response = await send('carol', 'HEAD /agent/runs');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe('');
  });
});

describe('a failure on our side', () => {
  const secret = ['AKIA', 'ABCDEFGHIJKLMNOP'].join('');

  it.each([
    ['GET /agent/runs', undefined],
    ['POST /agent/run', { query: 'who is jane' }],
    ['GET /approvals', undefined],
    ['GET /audit?stream=policy', undefined],
    ['GET /audit/export', undefined],
    ['GET /audit/verify', undefined],
    ['GET /tools', undefined],
  ])('%s: tells nothing but the request id, and the log has the rest', async (route, body) => {
    const broken = () => {
      throw new Error(`ResourceNotFoundException at https://dynamodb.internal with ${secret}`);
    };
    const { call, logged } = openApi({
      answers: lookUpJane,
      change: (deps) => ({
        runs: { ...deps.runs, list: broken, put: broken },
        repository: { ...deps.repository, start: broken },
        approvals: { ...deps.approvals, list: broken },
        log: { ...deps.log, read: broken },
        tools: { ...deps.tools, list: broken },
        exportAudit: broken,
        verifyAudit: broken,
      }),
    });
    const answer = await call('alice', route, body === undefined ? {} : { body });
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ code: 'internal', errors: [] });
    expect(answer.text).not.toMatch(/ResourceNotFound|dynamodb|AKIA|\.ts/);
    expect(logged).toContainEqual({
      message: 'request failed',
      facts: expect.objectContaining({ request_id: answer.body.request_id, error: expect.any(Error) }),
    });
  });

  it('says when trying again may help', async () => {
    const { call } = openApi({
      change: (deps) => ({
        runs: {
          ...deps.runs,
          list: () => Promise.reject(new UnavailableError('throttled: table audit-prod')),
        },
      }),
    });
    const answer = await call('alice', 'GET /agent/runs');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.body.code).toBe('unavailable');
    expect(answer.text).not.toContain('audit-prod');
  });
});
