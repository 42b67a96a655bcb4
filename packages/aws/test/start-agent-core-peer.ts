import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AgentCoreCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly prompt: string;
    readonly session_id: string;
    readonly user_id?: string;
    readonly cursor: string;
  };
}

/** Writes pieces as single chunks on the wire. */
export type Answer = (response: ServerResponse, call: AgentCoreCall) => Promise<void> | void;

/** A loopback peer of an AgentCore endpoint: answers the calls in order, the last answer again and again. */
export async function startAgentCorePeer(
  ...answers: readonly Answer[]
): Promise<{ url: string; calls: AgentCoreCall[]; close(): Promise<void> }> {
  const calls: AgentCoreCall[] = [];
  const server = createServer((incoming, response) => {
    const handle = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as AgentCoreCall['body'];
      const call = { path: incoming.url ?? '', headers: incoming.headers, body };
      calls.push(call);
      await answers[Math.min(calls.length, answers.length) - 1]?.(response, call);
    };
    handle().catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aeu-central-1%3A1%3Aruntime%2Fa/invocations?qualifier=DEFAULT`,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Each piece is on its way before the next is written. */
export function pieces(contentType: string, ...parts: readonly (string | Uint8Array)[]): Answer {
  return async (response) => {
    response.writeHead(200, { 'content-type': contentType });
    for (const part of parts) {
      await new Promise<void>((resolve) => response.write(part, () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

export function status(code: number, body = ''): Answer {
  return (response) => {
    response.writeHead(code).end(body);
  };
}
