import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request as sendRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from './create-certificate.ts';
import type { FrontRequest, FrontResponse } from './front-request.ts';

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * The one address of the emulated world, on loopback. It is an endpoint (plain HTTP, any service) and a forward proxy (CONNECT, TLS
 * ended here), so that Terraform, the AWS CLI and the functions keep the real host names and need no setting but their proxy.
 */
export async function startFront(options: {
  readonly certificate: Certificate;
  readonly handle: (request: FrontRequest) => Promise<FrontResponse>;
}): Promise<Front> {
  const sockets = new Set<Socket>();
  const listener: RequestListener = (incoming, outgoing) => {
    readRequest(incoming)
      .then(options.handle)
      .catch((error: unknown): FrontResponse => {
        process.stderr.write(`emulated AWS: ${incoming.method} ${incoming.url}: ${String(error)}\n`);
        return { status: 500, body: String(error) };
      })
      .then(({ status, headers = {}, body = '' }) => {
        const bytes = Buffer.from(body);
        outgoing.writeHead(status, { ...headers, 'content-length': bytes.length } as never);
        outgoing.end(incoming.method === 'HEAD' ? undefined : bytes);
      })
      .catch(() => incoming.socket.destroy());
  };
  const tls = createTlsServer(
    { key: options.certificate.key, cert: options.certificate.cert, keepAliveTimeout: 60_000 },
    listener,
  );
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.on('connect', (_request, socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    tls.emit('connection', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<FrontRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    method: incoming.method ?? 'GET',
    host: (headers.host ?? '').replace(/:\d+$/, ''),
    path: incoming.url ?? '/',
    headers,
    body: Buffer.concat(chunks),
  };
}

/** Sends a request on as it came, to a server on loopback. */
export async function forwardTo(port: number, request: FrontRequest): Promise<FrontResponse> {
  const {
    'transfer-encoding': _encoding,
    expect: _expect,
    connection: _connection,
    ...kept
  } = request.headers;
  const outgoing = sendRequest({
    host: '127.0.0.1',
    port,
    method: request.method,
    path: request.path,
    headers: { ...kept, 'content-length': String(request.body.length) },
    agent: false,
  });
  outgoing.end(request.body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { connection: _c, 'transfer-encoding': _t, ...headers } = incoming.headers;
  return { status: incoming.statusCode ?? 502, headers: headers as never, body: Buffer.concat(chunks) };
}
