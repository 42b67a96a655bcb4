import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { RunWorld } from '../test/run-world.ts';
import { createOpenAiCompatibleModel } from './create-open-ai-compatible-model.ts';

interface ChatRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly messages: readonly {
    readonly role: string;
    readonly content: unknown;
    readonly tool_call_id?: string;
  }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/** A chat-completions server: tool calls come in pieces, as real servers send them. */
class ChatPeer {
  readonly requests: { body: ChatRequest; authorization: string | undefined }[] = [];
  readonly #server: Server;

  constructor(
    chunksFor: (request: ChatRequest, count: number) => readonly unknown[] | { readonly status: number },
  ) {
    this.#server = createServer((request, response) => {
      void readBody(request).then((text) => {
        const body = JSON.parse(text) as ChatRequest;
        this.requests.push({ body, authorization: request.headers.authorization });
        const chunks = chunksFor(body, this.requests.length);
        if ('status' in chunks) {
          response.writeHead(chunks.status, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ error: { message: 'inside story at 10.0.0.1' } }));
          return;
        }
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
        response.end('data: [DONE]\n\n');
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

const chunk = (delta: unknown, finish_reason: string | null = null, usage?: unknown) => ({
  id: 'chat-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'local',
  choices: [{ index: 0, delta, finish_reason }],
  ...(usage === undefined ? {} : { usage }),
});

const toolCall = [
  chunk({ role: 'assistant', content: 'Let me ' }),
  chunk({ content: 'look. ' }),
  chunk({
    tool_calls: [
      { index: 0, id: 'abc', type: 'function', function: { name: 'google__get_user', arguments: '{"user_' } },
    ],
  }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: 'key":"jürgen@exam' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: 'ple.com"}' } }] }),
  chunk({}, 'tool_calls', { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }),
];
const ending = [
  chunk({ role: 'assistant', content: 'Jürgen is ' }),
  chunk({ content: 'active.' }),
  chunk({}, 'stop', { prompt_tokens: 200, completion_tokens: 5, total_tokens: 205 }),
];

describe('a model behind a chat-completions server', () => {
  const peers: ChatPeer[] = [];
  const startPeer = async (...args: ConstructorParameters<typeof ChatPeer>) => {
    const peer = new ChatPeer(...args);
    peers.push(peer);
    return { peer, baseUrl: await peer.start() };
  };
  afterEach(async () => {
    await Promise.all(peers.splice(0).map((peer) => peer.stop()));
  });

  it('drives a whole run: tools and results go over the wire, calls come back in pieces', async () => {
    const { peer, baseUrl } = await startPeer((_, count) => (count === 1 ? toolCall : ending));
    const model = createOpenAiCompatibleModel({
      baseUrl: `${baseUrl}/`,
      apiKey: 'local-key',
      modelId: 'local',
    });
    const world = new RunWorld({
      model,
      query: 'who is jürgen?',
      answer: () => ({ result: { content: [], structured: { suspended: false } } }),
    });
    const { run } = await world.advance();
    expect(run).toMatchObject({
      status: 'completed',
      output: 'Jürgen is active.',
      usage: { input_tokens: 300, output_tokens: 25 },
    });
    expect(world.sent.map((sent) => [sent.tool, sent.arguments])).toEqual([
      ['google/get_user', { user_key: 'jürgen@example.com' }],
    ]);
    const [first, second] = peer.requests;
    expect(first?.authorization).toBe('Bearer local-key');
    expect(first?.body).toMatchObject({ model: 'local', stream: true });
    expect(first?.body.tools?.map((tool) => tool.function.name)).toContain('google__suspend_user');
    expect(second?.body.messages.at(-1)).toMatchObject({
      role: 'tool',
      tool_call_id: 'call_0_0',
      content: '<tool_result tool="google/get_user">\n{"suspended":false}\n</tool_result>',
    });
  });

  it.each([
    [401, /refused our credentials/],
    [404, /is not available to us/],
    [400, /HTTP 400/],
  ])('ends the run on HTTP %i without telling the inside story', async (status, message) => {
    const { baseUrl } = await startPeer(() => ({ status }));
    const world = new RunWorld({ model: createOpenAiCompatibleModel({ baseUrl, modelId: 'local' }) });
    const { run } = await world.advance();
    expect(run).toMatchObject({ status: 'failed', error: { code: 'model_unavailable' } });
    expect(run.output).toMatch(message);
    expect(JSON.stringify(world.entries)).not.toContain('inside story');
  });

  it('tries again when the server is busy', async () => {
    const { peer, baseUrl } = await startPeer((_, count) => (count === 1 ? { status: 503 } : ending));
    const world = new RunWorld({
      model: createOpenAiCompatibleModel({ baseUrl, modelId: 'local' }),
      limits: { modelRetries: 1 },
    });
    expect((await world.advance()).run.status).toBe('completed');
    expect(peer.requests).toHaveLength(2);
  });

  it('says that a server which is not there could not be reached', async () => {
    const { peer, baseUrl } = await startPeer(() => []);
    await peer.stop();
    peers.length = 0;
    const world = new RunWorld({ model: createOpenAiCompatibleModel({ baseUrl, modelId: 'local' }) });
    expect((await world.advance()).run.output).toContain('could not be reached');
  });

  it.each([
    ['not a url', 'local', /base URL/],
    ['file:///etc', 'local', /base URL/],
    ['http://127.0.0.1:1/v1', ' ', /model id/],
  ])('refuses the settings %j and %j', (baseUrl, modelId, message) => {
    expect(() => createOpenAiCompatibleModel({ baseUrl, modelId })).toThrow(message);
  });
});
