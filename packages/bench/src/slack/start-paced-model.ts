import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** How an answer comes: so many pieces, one after the other. */
export interface Pace {
  readonly tag: string;
  readonly pieces: number;
  readonly everyMs: number;
}

export interface PacedModel {
  readonly url: string;
  /** Answers under way now. */
  streaming(): number;
  close(): Promise<void>;
}

/** What to ask for so that the answer comes at that pace. */
export function pacedQuery({ tag, pieces, everyMs }: Pace): string {
  return `say ${tag} in ${pieces} pieces every ${everyMs} ms`;
}

/** The whole answer: each piece is another, so that one that is missing, doubled or misplaced is seen. */
export function pacedAnswer({ tag, pieces }: Pick<Pace, 'tag' | 'pieces'>): string {
  return Array.from({ length: pieces }, (_, index) => piece(tag, index)).join(' ');
}

const piece = (tag: string, index: number): string => `${tag}-${String(index).padStart(4, '0')}`;

/** A chat-completions server whose answers come as slowly as a real model's. */
export async function startPacedModel(): Promise<PacedModel> {
  const closing = new AbortController();
  let streaming = 0;

  async function answer(response: ServerResponse, { tag, pieces, everyMs }: Pace): Promise<void> {
    const write = (delta: object, finish_reason: string | null = null): void => {
      const choices = [{ index: 0, delta, finish_reason }];
      const chunk = { id: 'chat', object: 'chat.completion.chunk', created: 1, model: 'paced', choices };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let index = 0; index < pieces && !response.destroyed; index += 1) {
      if (index > 0) await wait(everyMs, undefined, { signal: closing.signal });
      write({ role: 'assistant', content: `${index === 0 ? '' : ' '}${piece(tag, index)}` });
    }
    write({}, 'stop');
    response.end('data: [DONE]\n\n');
  }

  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const part of incoming.setEncoding('utf8')) body += part;
    const asked = /say (\S+) in (\d+) pieces every (\d+) ms/.exec(lastOfUser(body));
    const [, tag = 'nothing', pieces = '1', everyMs = '0'] = asked ?? [];
    streaming += 1;
    try {
      await answer(response, { tag, pieces: Number(pieces), everyMs: Number(everyMs) });
    } catch {
      response.destroy();
    } finally {
      streaming -= 1;
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    streaming: () => streaming,
    async close() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Earlier questions of the thread are in the prompt too. */
function lastOfUser(body: string): string {
  const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly role: string }[] };
  return JSON.stringify(messages.findLast(({ role }) => role === 'user'));
}
