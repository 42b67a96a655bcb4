import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An error that the service answers with: its name and HTTP status. */
export class ServiceFault extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, status = 400) {
    super('words of the service that nobody outside may see');
    this.type = type;
    this.status = status;
  }
}

export type Operations = Readonly<
  Record<string, (input: Record<string, unknown>) => object | Promise<object>>
>;

/** A loopback peer of an AWS service that speaks JSON with `X-Amz-Target: PREFIX.Operation`. */
export async function startJsonService(
  operations: Operations,
): Promise<{ endpoint: string; calls: string[]; close(): Promise<void> }> {
  const calls: string[] = [];
  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const name = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    calls.push(name);
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    };
    try {
      const operation = operations[name];
      if (operation === undefined) throw new ServiceFault('UnknownOperationException');
      send(200, await operation(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
      send(error.status, { __type: error.type, message: error.message });
    }
  }
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };
