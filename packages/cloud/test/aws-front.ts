import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

export interface AwsFrontOptions {
  /** By service and call, e.g. `secretsmanager.GetSecretValue`. What it throws is answered as an error of that name. */
  readonly calls: Readonly<Record<string, (input: Json) => object | Promise<object>>>;
  /** An asynchronous call of a function. */
  readonly invoke: (functionName: string, event: unknown) => void;
  /** Where DynamoDB is, for clients that know one address for everything. */
  readonly dynamoUrl: string;
}

/** The services that the functions call, but DynamoDB, at one address: each by the protocol that the SDK speaks with it. */
export async function startAwsFront({ calls, invoke, dynamoUrl }: AwsFrontOptions) {
  const published: URLSearchParams[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const invocation = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '');
    if (invocation !== null) {
      if (request.headers['x-amz-invocation-type'] !== 'Event') throw new Error('only asynchronous calls');
      invoke(decodeURIComponent(invocation[1] ?? ''), JSON.parse(body));
      response.writeHead(202).end();
      return;
    }
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target === '') {
      published.push(new URLSearchParams(body));
      response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end('<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
      return;
    }
    if (target.startsWith('DynamoDB')) {
      const { authorization = '', 'content-type': contentType = '' } = request.headers;
      const headers = { authorization, 'content-type': contentType, 'x-amz-target': target };
      const stored = await fetch(dynamoUrl, {
        method: 'POST',
        headers: { ...headers, 'x-amz-date': String(request.headers['x-amz-date']) },
        body,
      });
      response.writeHead(stored.status, { 'content-type': contentType }).end(await stored.text());
      return;
    }
    const [service = '', call = ''] = target.split('.');
    const operation = calls[`${service.replace(/^AWS/, '').toLowerCase()}.${call}`];
    const send = (status: number, answer: object) =>
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(answer));
    try {
      if (operation === undefined) throw named('UnknownOperationException', target);
      send(200, await operation(JSON.parse(body)));
    } catch (error) {
      const { name, message } = error as Error;
      send(400, { __type: name, message });
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    published,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function named(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}
