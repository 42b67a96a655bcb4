import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;
type Answer = object | undefined;

export interface AwsFrontOptions {
  /**
   * By service and call, e.g. `secretsmanager.GetSecretValue`. What it throws is answered as an error of that name; where it gives
   * nothing, DynamoDB itself is asked.
   */
  readonly calls: Readonly<Record<string, (input: Json) => Answer | Promise<Answer>>>;
  /** An asynchronous call of a function. */
  readonly invoke?: (functionName: string, event: unknown) => void;
  /** What a function is set up with, by name and qualifier. What it throws is answered as an error of that name. */
  readonly configure?: (functionName: string, qualifier: string | null) => object;
  /** Where DynamoDB is, for clients that know one address for everything. */
  readonly dynamoUrl: string;
}

/** The services that the functions call, but DynamoDB, at one address: each by the protocol that the SDK speaks with it. */
export async function startAwsFront({ calls, invoke, configure, dynamoUrl }: AwsFrontOptions) {
  const published: URLSearchParams[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const invocation = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '');
    if (invocation !== null) {
      if (request.headers['x-amz-invocation-type'] !== 'Event') throw new Error('only asynchronous calls');
      invoke?.(decodeURIComponent(invocation[1] ?? ''), JSON.parse(body));
      response.writeHead(202).end();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://front');
    const configured = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/.exec(url.pathname)?.[1];
    if (configured !== undefined) {
      const headers = { 'content-type': 'application/json' };
      try {
        const answer = configure?.(decodeURIComponent(configured), url.searchParams.get('Qualifier'));
        if (answer === undefined) throw named('ResourceNotFoundException');
        response.writeHead(200, headers).end(JSON.stringify(answer));
      } catch (error) {
        const { name, message } = error as Error;
        response.writeHead(400, { ...headers, 'x-amzn-errortype': name }).end(JSON.stringify({ message }));
      }
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
    const [service = '', call = ''] = target.split('.');
    const operation = calls[`${service.replace(/^AWS/, '').toLowerCase()}.${call}`];
    const send = (status: number, answer: object) =>
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(answer));
    let answer: Answer;
    try {
      answer = await operation?.(JSON.parse(body));
      if (answer === undefined && !target.startsWith('DynamoDB'))
        throw named('UnknownOperationException', target);
    } catch (error) {
      const { name, message } = error as Error;
      send(400, { __type: name, message });
      return;
    }
    if (answer !== undefined) {
      send(200, answer);
      return;
    }
    const { authorization = '', 'content-type': contentType = '' } = request.headers;
    const headers = { authorization, 'content-type': contentType, 'x-amz-target': target };
    const stored = await fetch(dynamoUrl, {
      method: 'POST',
      headers: { ...headers, 'x-amz-date': String(request.headers['x-amz-date']) },
      body,
    });
    response.writeHead(stored.status, { 'content-type': contentType }).end(await stored.text());
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
