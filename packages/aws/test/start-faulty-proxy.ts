import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request on its way to the table. */
export type Fault =
  | 'none'
  /** The connection breaks before the request arrives. */
  | 'lose_request'
  /** The request is carried out, but its answer never comes back. */
  | 'lose_answer'
  /** The answer is a throttling error; nothing was carried out. */
  | 'throttle'
  /** The answer is an internal error although the request was carried out. */
  | 'error_after';

export interface FaultyProxy {
  readonly endpoint: string;
  /** Operations that arrived, e.g. `PutItem`, in order. */
  readonly operations: readonly string[];
  /** The faults of the next requests with that operation (or any), in order; then none. */
  inject(faults: readonly Fault[], operation?: string): void;
  close(): Promise<void>;
}

/** A loopback proxy in front of DynamoDB's protocol that breaks requests on demand. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const operations: string[] = [];
  let planned: { faults: Fault[]; operation: string | undefined } = { faults: [], operation: undefined };

  async function handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    operations.push(operation);
    const isMeant = planned.operation === undefined || planned.operation === operation;
    const fault = (isMeant ? planned.faults.shift() : undefined) ?? 'none';
    if (fault === 'lose_request') {
      incoming.socket.destroy();
      return;
    }
    if (fault === 'throttle') {
      answerError(answer, 400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException');
      return;
    }
    const carriedOut = await forward(target, incoming, Buffer.concat(chunks));
    if (fault === 'lose_answer') incoming.socket.destroy();
    else if (fault === 'error_after')
      answerError(answer, 500, 'com.amazonaws.dynamodb.v20120810#InternalServerError');
    else answer.writeHead(carriedOut.status, carriedOut.headers).end(carriedOut.body);
  }

  const server = createServer((incoming, answer) => {
    handle(incoming, answer).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    operations,
    inject(faults, operation) {
      planned = { faults: [...faults], operation };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerError(answer: ServerResponse, status: number, type: string): void {
  const body = JSON.stringify({ __type: type, message: 'words of the store that nobody outside may see' });
  answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
}

async function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }> {
  const outgoing = request(target, { method: 'POST', path: '/', headers: incoming.headers });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 502, headers: response.headers, body: Buffer.concat(chunks) };
}
