import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyLog } from '@hitl/audit';
import type { JsonObject } from '@hitl/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { account, bundleFunctions, type CloudOptions, httpEvent, openCloud } from './open-cloud.ts';

type Cloud = Awaited<ReturnType<typeof openCloud>>;
let bundles: string;
let cloud: Cloud | undefined;
beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'hitl-bundles-'));
  await bundleFunctions(bundles);
});
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
});
afterAll(() => rm(bundles, { recursive: true, force: true }));

const open = async (options: Omit<CloudOptions, 'bundles'> = {}): Promise<Cloud> => {
  cloud = await openCloud({ bundles, ...options });
  return cloud;
};
const alice = `${account}:user/alice`;
const carol = `${account}:user/carol`;
const suspend = 'suspend john.doe@example.com';

/** One call of the API as the gateway makes it, with the answer's JSON. */
async function call(on: Cloud, ...request: Parameters<typeof httpEvent>) {
  const result = (await on.invoke('api', httpEvent(...request))) as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return { status: result.statusCode, body: JSON.parse(result.body) as JsonObject };
}

describe('the deployed functions', () => {
  it('bring a request over the API, a vote and the one execution together', async () => {
    const on = await open();
    const asked = await call(on, 'POST /agent/run', { by: alice, body: { query: suspend } });
    expect(asked).toMatchObject({ status: 202, body: { status: 'running', user_id: 'alice' } });
    const runId = String(asked.body.run_id);
    await on.settle();

    const waiting = await call(on, `GET /agent/runs/${runId}`, { by: alice });
    expect(waiting.body.status).toBe('awaiting_approval');
    const { body } = await call(on, 'GET /approvals', { by: carol });
    const [pending] = body.items as JsonObject[];
    const { approval_id, digest } = pending as { approval_id: string; digest: string };
    const vote = { decision: 'approve', digest };
    const refused = await call(on, `POST /approvals/${approval_id}/votes`, { by: alice, body: vote });
    expect(refused.status).toBe(403);
    const voted = await call(on, `POST /approvals/${approval_id}/votes`, { by: carol, body: vote });
    expect(voted).toMatchObject({ status: 200, body: { status: 'approved' } });
    await on.settle();

    const done = await call(on, `GET /agent/runs/${runId}`, { by: alice });
    expect(done.body).toMatchObject({
      status: 'completed',
      tool_calls: [{ server: 'google', tool: 'suspend_user', status: 'succeeded' }],
    });
    expect(on.execution(runId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.parse(on.execution(runId)?.output ?? '')).toMatchObject({
      run_id: runId,
      status: 'completed',
    });
    expect(on.events.map((event) => event.DetailType)).toEqual([
      'ApprovalRequested',
      'ApprovalDecided',
      'RunFinished',
    ]);
    expect(on.topic).toHaveLength(3);
    const audit = await verifyLog({ log: on.stores.auditLog, blobs: on.stores.blobs });
    expect(audit).toMatchObject({ ok: true });
  });
});
