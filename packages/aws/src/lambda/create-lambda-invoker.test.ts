import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidInputError, UnavailableError } from '@hitl/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localCredentials } from '../../test/start-json-service.ts';
import { createLambdaInvoker } from './create-lambda-invoker.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Lambda's REST protocol, as far as an asynchronous call goes. */
async function open(status: number, error = '') {
  const calls: { path: string; type: unknown; event: unknown }[] = [];
  const server = createServer(async (incoming: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const event: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    calls.push({ path: incoming.url ?? '', type: incoming.headers['x-amz-invocation-type'], event });
    response.writeHead(status, error === '' ? {} : { 'x-amzn-errortype': error });
    response.end(error === '' ? '' : '{"message":"words of the service"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const invoke = createLambdaInvoker({
    functionName: 'dev-request-approval',
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: localCredentials,
    maxAttempts: 1,
  });
  return { invoke, calls };
}

describe('calling a function without waiting', () => {
  it('hands Lambda the event, to be done asynchronously', async () => {
    const { invoke, calls } = await open(202);
    await invoke({ run_id: 'run_1', text: 'ü 😀' });
    expect(calls).toEqual([
      {
        path: '/2015-03-31/functions/dev-request-approval/invocations',
        type: 'Event',
        event: { run_id: 'run_1', text: 'ü 😀' },
      },
    ]);
  });

  it('fails when Lambda does not take it, in our own words, and sends nothing that is too large', async () => {
    const { invoke, calls } = await open(429, 'TooManyRequestsException');
    const error = await invoke({ run_id: 'run_1' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).toBe(
      'calling a function is not possible now (TooManyRequestsException)',
    );
    await expect(invoke({ text: 'ü'.repeat(140_000) })).rejects.toBeInstanceOf(InvalidInputError);
    expect(calls).toHaveLength(1);
  });
});
