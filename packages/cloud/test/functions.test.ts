import { verifyLog } from '@hitl/audit';
import { createPageSessions } from '@hitl/coordination';
import type { JsonObject } from '@hitl/core';
import { readForms } from '@hitl/testing';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { account, type CloudOptions, httpEvent, openCloud, people } from './open-cloud.ts';
import { shareBundles } from './share-bundles.ts';

type Cloud = Awaited<ReturnType<typeof openCloud>>;
let bundles: string;
let cloud: Cloud | undefined;
beforeAll(async () => {
  bundles = await shareBundles();
});
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});

const open = async (options: Omit<CloudOptions, 'bundles'> = {}): Promise<Cloud> => {
  cloud = await openCloud({ bundles, ...options });
  return cloud;
};
const alice = `${account}:user/alice`;
const carol = `${account}:user/carol`;
const suspend = 'suspend john.doe@example.com';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** One call of the API as the gateway makes it, with the answer's JSON. */
async function call(on: Cloud, ...request: Parameters<typeof httpEvent>): Promise<Answer> {
  return answerOf(await on.invoke('api', httpEvent(...request)));
}

function answerOf(result: unknown): Answer {
  const { statusCode, headers, body } = result as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return {
    status: statusCode,
    headers,
    body: headers['content-type']?.includes('json') ? JSON.parse(body) : { body },
  };
}

async function pendingOf(on: Cloud): Promise<{ approval_id: string; digest: string }> {
  const { body } = await call(on, 'GET /approvals', { by: carol });
  const [pending] = body.items as JsonObject[];
  return pending as { approval_id: string; digest: string };
}

async function vote(on: Cloud, by: string, decision: 'approve' | 'reject'): Promise<Answer> {
  const { approval_id, digest } = await pendingOf(on);
  const reason = decision === 'reject' ? { reason: 'not this one' } : {};
  return call(on, `POST /approvals/${approval_id}/votes`, { by, body: { decision, digest, ...reason } });
}

async function ask(on: Cloud): Promise<string> {
  const { status, body } = await call(on, 'POST /agent/run', { by: alice, body: { query: suspend } });
  expect(status).toBe(202);
  await on.settle();
  return String(body.run_id);
}

const run = async (on: Cloud, runId: string) =>
  (await call(on, `GET /agent/runs/${runId}`, { by: alice })).body;
const stepsOf = (on: Cloud) =>
  on.lines.map((line) => JSON.parse(line) as JsonObject).filter(({ message }) => message === 'workflow step');
const summed = (on: Cloud, name: string) =>
  on
    .metrics()
    .filter((line) => name in line)
    .map((line) => [line.function, line[name]]);

describe('the deployed functions', () => {
  it('bring a request over the API, a vote and the one execution together', async () => {
    const on = await open();
    const runId = await ask(on);
    expect((await run(on, runId)).status).toBe('awaiting_approval');
    expect((await vote(on, alice, 'approve')).status).toBe(403);
    expect(await vote(on, carol, 'approve')).toMatchObject({ status: 200, body: { status: 'approved' } });
    await on.settle();

    expect(await run(on, runId)).toMatchObject({
      status: 'completed',
      tool_calls: [{ server: 'google', tool: 'suspend_user', status: 'succeeded' }],
    });
    expect(on.execution(runId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.parse(on.execution(runId)?.output ?? '')).toMatchObject({
      run_id: runId,
      status: 'completed',
    });
    const told = ['ApprovalRequested', 'ApprovalDecided', 'RunFinished'];
    expect(on.events.map((event) => event.DetailType)).toEqual(told);
    expect(on.topic).toHaveLength(3);
    const { approval_id } = JSON.parse(on.events[0]?.Detail ?? '') as JsonObject;
    expect(on.jobs.map(({ body }) => body)).toMatchObject([
      {
        kind: 'notify',
        event: 'approval-requested',
        run_id: runId,
        approval_id,
        to: ['group:security'],
      },
      { kind: 'notify', event: 'approval-decided', run_id: runId, approval_id },
      { kind: 'notify', event: 'run-finished', run_id: runId },
    ]);
    const record = { log: on.stores.auditLog, blobs: on.stores.blobs };
    expect(await verifyLog(record)).toMatchObject({ ok: true });
    // Three functions started anew with the same policy.
    expect(await on.stores.auditLog.read('policy')).toMatchObject([{ type: 'policy-loaded' }]);
    expect(summed(on, 'approvals_requested')).toEqual([['advance', 1]]);
    expect(summed(on, 'approval_latency_ms')).toEqual([['api', expect.any(Number)]]);
    expect(summed(on, 'executions_unknown')).toEqual([]);
  });

  it('show the page to a browser with a session, at the address that everybody was told', async () => {
    const on = await open({ env: { APPROVAL_PAGE_PATH: '/slack/approvals' } });
    const link = 'slack:T0ACME/U0CAROL';
    await on.setDirectory([...people, { id: 'dana', groups: ['security'], links: [link] }]);
    const runId = await ask(on);
    const { url } = JSON.parse(on.events[0]?.Detail ?? '') as JsonObject;
    expect(String(url)).toMatch(/^https:\/\/hitl\.example\.com\/slack\/approvals\/apr_/);
    const route = `GET ${new URL(String(url)).pathname}`;
    expect(await call(on, route)).toMatchObject({
      status: 303,
      headers: { location: expect.stringContaining('/slack/login?approval=apr_') },
    });
    // What API Gateway says of the caller is no session.
    expect((await call(on, route, { by: carol })).status).toBe(303);
    const cookie = (await createPageSessions(on.stores.items).begin({ link }, null)).split(';')[0] ?? '';
    const visit = async (to: string, form?: Record<string, string>) => {
      const [method = ''] = to.split(' ');
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
      };
      const event = { ...httpEvent(to, { headers }), cookies: [cookie] };
      const body = Buffer.from(new URLSearchParams(form).toString()).toString('base64');
      return answerOf(
        await on.invoke('api', method === 'GET' ? event : { ...event, body, isBase64Encoded: true }),
      );
    };
    const page = await visit(route);
    expect(page.status).toBe(200);
    const [ballot] = readForms(String(page.body.body));
    const fields = { ...ballot?.fields, decision: 'approve' };
    const to = `POST /slack/approvals/${ballot?.action}`;
    expect(await visit(to, fields)).toMatchObject({ status: 303 });
    await on.settle();
    expect(await run(on, runId)).toMatchObject({ status: 'completed' });
    expect(on.lines.join('\n')).not.toContain(cookie);
  });

  it('write no token of any kind into their logs, and give the state machine nothing too large', async () => {
    const on = await open();
    const runId = await ask(on);
    await vote(on, carol, 'approve');
    await on.settle();
    const output = JSON.parse(on.execution(runId)?.output ?? '') as JsonObject;
    const step = { level: 'info', environment: 'dev', function: 'advance', state: 'Advance', run_id: runId };
    expect(stepsOf(on)).toMatchObject([
      { ...step, outcome: 'awaiting_approval', input: { run_id: runId }, answer: 'token_kept' },
      { ...step, outcome: 'finished', input: { run_id: runId, status: 'running' }, answer: 'sent', output },
    ]);
    expect(on.tokens.size).toBeGreaterThan(1);
    const log = on.lines.join('\n');
    expect(on.lines.length).toBeGreaterThan(5);
    for (const secret of [...on.tokens.keys(), on.mcpToken]) expect(log).not.toContain(secret);
    expect(on.payloads.filter(({ bytes }) => bytes > 256 * 1024)).toEqual([]);
  });

  it('run an execution that anybody starts with a text, and do nothing that is rejected', async () => {
    // Nobody said that data may be logged.
    const on = await open({ env: { LOG_EXECUTION_DATA: '' } });
    on.startExecution(
      'by-hand',
      JSON.stringify({ action_text: suspend, execution_timeout: 300, user_id: 'alice' }),
    );
    await on.settle();
    expect(await vote(on, carol, 'reject')).toMatchObject({ status: 200 });
    await on.settle();
    expect(on.execution('by-hand')?.status).toBe('SUCCEEDED');
    expect(JSON.parse(on.execution('by-hand')?.output ?? '')).toMatchObject({
      status: 'rejected',
      user_id: 'alice',
      tool_calls: [{ tool: 'suspend_user', status: 'rejected' }],
    });
    expect(stepsOf(on).map(({ outcome }) => outcome)).toEqual(['awaiting_approval', 'finished']);
    expect(on.lines.join('\n')).not.toContain('john.doe');
  });

  it('act on a direct call of the step, and have the workflow go on with it after the vote', async () => {
    const on = await open();
    const asked = (await on.invoke('advance', {
      action_text: suspend,
      execution_timeout: 300,
    })) as JsonObject;
    expect(asked).toMatchObject({ status: 'awaiting_approval' });
    await on.settle();
    await vote(on, carol, 'approve');
    await on.settle();
    expect(await run(on, String(asked.run_id))).toMatchObject({ status: 'completed' });
  });

  it('refuse an input without a text under the name that the workflow ends on, minified as they are', async () => {
    const on = await open();
    on.startExecution('wrong', JSON.stringify({ execution_timeout: 300 }));
    await on.settle();
    expect(on.execution('wrong')?.status).toBe('FAILED');
    const step = { input: {}, task_token: 'token-1', execution_id: 'exec-1' };
    await expect(on.invoke('advance', step)).rejects.toMatchObject({ name: 'InvalidInputError' });
  });

  it('expire by the schedule what nobody decided, pin the record, and find what was lost', async () => {
    const on = await open();
    const runId = await ask(on);
    const now = Date.now;
    const later = jest.spyOn(Date, 'now').mockImplementation(() => now() + 25 * 3_600_000);
    try {
      const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
      expect(await on.invoke('expire-approval', event)).toMatchObject({ swept: 1, checkpoint: 1 });
      await on.settle();
      expect(await run(on, runId)).toMatchObject({ status: 'expired', tool_calls: [{ status: 'expired' }] });
      expect(summed(on, 'approvals_expired')).toEqual([['expire-approval', 1]]);
    } finally {
      later.mockRestore();
    }
  });

  it('start a run again whose execution was lost', async () => {
    const on = await open();
    const started = await call(on, 'POST /agent/run', { by: alice, body: { query: 'list users' } });
    const runId = String(started.body.run_id);
    await on.settle();
    // As if the process had died between the record and the start: the run is there, no execution is.
    const { body } = await call(on, 'POST /agent/run', { by: alice, body: { query: suspend } });
    await on.settle();
    on.forgetExecutions();
    await vote(on, carol, 'approve');
    await on.settle();
    expect(await run(on, runId)).toMatchObject({ status: 'completed' });
    expect(await run(on, String(body.run_id))).toMatchObject({ status: 'completed' });
  });
});

describe('the API function', () => {
  it('says that it works to whoever asks it directly', async () => {
    const on = await open();
    const answer = answerOf(await on.invoke('api', { rawPath: '/healthz', requestContext: {} }));
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { store: 'ok', record: 'ok' } },
    });
  });

  it('takes nobody for somebody by what a request says of itself', async () => {
    const on = await open();
    const authorizer = { iam: { userArn: carol } };
    const forged = {
      headers: {
        authorization: `Bearer ${carol}`,
        'x-amzn-request-context': JSON.stringify({ authorizer }),
        'x-amz-user-arn': carol,
        'x-apigateway-event': JSON.stringify({ requestContext: { authorizer } }),
      },
      query: `requestContext=${encodeURIComponent(JSON.stringify({ authorizer }))}`,
    };
    expect((await call(on, 'GET /approvals', forged)).status).toBe(401);
    const body = { query: suspend, user_id: 'alice', requestContext: { authorizer } };
    expect((await call(on, 'POST /agent/run', { body })).status).toBe(401);
    // Whoever is let in stays who they are.
    expect(
      (await call(on, 'POST /agent/run', { by: alice, body: { query: suspend, user_id: 'carol' } })).status,
    ).toBe(403);
    expect((await on.stores.runs.list({ limit: 10 })).items).toEqual([]);
  });

  it('refuses whom the directory has no link for, and says which one to add', async () => {
    const on = await open();
    const by = 'arn:aws:sts::123456789012:assumed-role/Developers/eve';
    expect(await call(on, 'GET /approvals', { by })).toMatchObject({
      status: 403,
      body: { code: 'unknown_principal', detail: expect.stringContaining(`aws:${account}:role/Developers`) },
    });
  });

  it('goes by the directory as it is now', async () => {
    const on = await open();
    await ask(on);
    await on.setDirectory([{ id: 'carol', groups: [], links: [`aws:${carol}`] }]);
    expect(await vote(on, carol, 'approve')).toMatchObject({
      status: 403,
      body: { code: 'not_an_approver' },
    });
    await on.setDirectory([]);
    expect((await call(on, 'GET /approvals', { by: carol })).status).toBe(403);
  });

  it('watches a run as far as the gateway waits', async () => {
    const on = await open();
    const headers = { accept: 'text/event-stream' };
    const answer = await call(on, 'POST /agent/run', { by: alice, headers, body: { query: suspend } });
    expect(answer.status).toBe(200);
    const told = String(answer.body.body);
    for (const type of ['tool-call-proposed', 'decision-made', 'approval-requested'])
      expect(told).toContain(`event: ${type}`);
    await on.settle();
  });

  it('keeps working while the secret of the tool servers is still empty, and says what is missing', async () => {
    const on = await open({ mcpSecret: '' });
    expect(answerOf(await on.invoke('api', { rawPath: '/healthz', requestContext: {} })).status).toBe(200);
    const tools = await call(on, 'GET /tools', { by: alice });
    expect(tools.body).toMatchObject({
      items: [],
      unavailable: [{ server: 'google', reason: expect.stringContaining('agentcore-dev/mcp') }],
    });
    await cloud?.close();
    const wrong = await open({ mcpSecret: '{"token":"x"}' });
    const reason = expect.stringContaining('"auth_token"');
    expect((await call(wrong, 'GET /tools', { by: alice })).body).toMatchObject({
      unavailable: [{ reason }],
    });
  });

  it('answers with a problem where its environment is wrong, naming it in the log only', async () => {
    const on = await open({ env: { APPROVAL_SFN_ARN: 'not-an-arn' } });
    const answer = await call(on, 'GET /approvals', { by: alice });
    expect(answer.status).toBe(503);
    expect(JSON.stringify(answer.body)).not.toContain('APPROVAL_SFN_ARN');
    expect(on.lines.join('\n')).toContain('APPROVAL_SFN_ARN must be the ARN of a state machine');
  });
});
