import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebhookServer {
  readonly url: string;
  /** The bodies that were taken, parsed. */
  readonly taken: readonly unknown[];
  /** How many requests came in all. */
  readonly requests: () => number;
  /** What the next requests get instead of 202; `hang` is no answer. */
  answerNext(...answers: ({ status: number; headers?: Record<string, string> } | 'hang' | 'reset')[]): void;
  close(): Promise<void>;
}

/** A Workflow's end: it answers 202 to whatever it gets. */
export async function startWebhookServer(): Promise<WebhookServer> {
  const taken: unknown[] = [];
  const answers: ({ status: number; headers?: Record<string, string> } | 'hang' | 'reset')[] = [];
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const answer = answers.shift() ?? { status: 202 };
    if (answer === 'hang') return;
    if (answer === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (answer.status < 300) taken.push(JSON.parse(body));
    response.writeHead(answer.status, answer.headers).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/powerautomate/invoke?sig=${['topsecret', 'signature'].join('-')}`,
    taken,
    requests: () => requests,
    answerNext: (...next) => void answers.push(...next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
