import { InvalidInputError, OutcomeUnknownError, UnavailableError } from '@hitl/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answer, pieces, startAgentCorePeer, status } from '../../test/start-agent-core-peer.ts';
import { type AgentCoreClientOptions, createAgentCoreClient } from './create-agent-core-client.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const bearer = { kind: 'bearer', token: async () => 'a-token' } as const;

async function open(answers: readonly Answer[], options: Partial<AgentCoreClientOptions> = {}) {
  const peer = await startAgentCorePeer(...answers);
  closers.push(peer.close);
  const client = createAgentCoreClient({ url: peer.url, auth: bearer, ...options });
  const told: string[] = [];
  async function ask(signal?: AbortSignal): Promise<string> {
    const request = {
      prompt: 'Who is jane?',
      sessionId: 'ses_1',
      ...(signal === undefined ? {} : { signal }),
    };
    for await (const text of client.invoke(request)) told.push(text);
    return told.join('');
  }
  return { ...peer, client, ask, told };
}

const sse = (...events: unknown[]) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
const lines = (...events: unknown[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const bedrock = (text: string) => ({
  event: { contentBlockDelta: { delta: { text }, contentBlockIndex: 0 } },
});

describe('an agent on AgentCore', () => {
  it('is asked with the prompt, a session id that it takes, a cursor and a token', async () => {
    const { ask, calls } = await open([pieces('text/event-stream', sse('hello'))]);
    await ask();
    await ask();
    expect(calls[0]).toMatchObject({
      path: expect.stringContaining('/runtimes/arn%3Aaws'),
      headers: { authorization: 'Bearer a-token', 'content-type': 'application/json' },
      body: { prompt: 'Who is jane?', session_id: 'ses_1' },
    });
    const header = 'x-amzn-bedrock-agentcore-runtime-session-id';
    expect(String(calls[0]?.headers[header]).length).toBeGreaterThanOrEqual(33);
    expect(calls[1]?.headers[header]).toBe(calls[0]?.headers[header]);
    expect(calls[1]?.body.cursor).not.toBe(calls[0]?.body.cursor);
  });

  it('is asked with a signature for its service where no token is', async () => {
    const credentials = async () => ({ accessKeyId: 'id', secretAccessKey: 'not-a-key' });
    const { ask, calls } = await open([pieces('text/event-stream', sse('hello'))], {
      auth: { kind: 'sigv4', region: 'eu-central-1', credentials },
    });
    expect(await ask()).toBe('hello');
    expect(calls[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-central-1\/bedrock-agentcore\/aws4_request, .*x-amzn-bedrock-agentcore-runtime-session-id/,
    );
  });

  it('is told who asks; what AWS binds to a person it is told with the signature of a caller who may say so', async () => {
    const header = 'x-amzn-bedrock-agentcore-runtime-user-id';
    const credentials = async () => ({ accessKeyId: 'id', secretAccessKey: 'not-a-key' });
    const auth = { kind: 'sigv4', region: 'eu-central-1', credentials } as const;
    const answer = pieces('text/event-stream', sse('hello'));
    const asked = async (userId: string, options: Partial<AgentCoreClientOptions>) => {
      const { client, calls } = await open([answer], options);
      for await (const _ of client.invoke({ prompt: 'x', sessionId: 's', userId }));
      return calls[0];
    };
    const signed = await asked('jane@example.com', { auth });
    expect(signed?.headers[header]).toBe('jane@example.com');
    expect(signed?.headers.authorization).toContain(`;${header}`);
    expect(signed?.body.user_id).toBe('jane@example.com');
    // A name that no header can carry.
    expect((await asked('žofie', { auth }))?.headers[header]).toMatch(/^hitl-[0-9a-f]{64}$/);
    const byToken = await asked('jane@example.com', {});
    expect(byToken?.headers).not.toHaveProperty(header);
    expect(byToken?.body.user_id).toBe('jane@example.com');
    const gateway = await startAgentCorePeer(answer);
    closers.push(gateway.close);
    const elsewhere = createAgentCoreClient({ url: new URL('/mcp', gateway.url).href, auth });
    for await (const _ of elsewhere.invoke({ prompt: 'x', sessionId: 's', userId: 'jane' }));
    expect(gateway.calls[0]?.headers).not.toHaveProperty(header);
  });

  it.each<[string, string, string]>([
    ['bare JSON strings', 'text/event-stream', sse('Jane ', 'is ', 'an admin.')],
    [
      'Bedrock’s stream events',
      'text/event-stream',
      sse({ event: { messageStart: { role: 'assistant' } } }, ...['Jane is ', 'an admin.'].map(bedrock), {
        event: { messageStop: {} },
      }),
    ],
    [
      'text that is no JSON',
      'text/event-stream',
      'data: Jane is\n\ndata:  an admin.\n\ndata: [DONE]\n\ndata: more\n\n',
    ],
    [
      'CRLF, comments, names and ids',
      'text/event-stream',
      ': hi\r\n\r\nid: 1\r\nevent: message\r\ndata: {"type":"text-delta","delta":"Jane is "}\r\n\r\n: still here\r\n\r\nretry: 5\r\ndata: {"type":"text-delta",\r\ndata: "delta":"an admin."}\r\n\r\n',
    ],
    ['lone CRs and no last blank line', 'text/event-stream', 'data: "Jane is "\r\rdata: "an admin."'],
    [
      'chat completions',
      'text/event-stream',
      sse(
        { choices: [{ delta: { role: 'assistant' } }] },
        { choices: [{ delta: { content: 'Jane is an admin.' } }] },
      ),
    ],
    [
      'Anthropic’s deltas, thinking left out',
      'text/event-stream',
      sse(
        { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'hm' } },
        { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Jane is an admin.' } },
      ),
    ],
    [
      'JSON lines',
      'application/x-ndjson',
      lines({ text: 'Jane is ' }, { tool: 'get_user' }, { text: 'an admin.' }),
    ],
    [
      'JSON lines called JSON',
      'application/json',
      `\n${lines({ response: 'Jane is ' }, { response: 'an admin.' })}`,
    ],
    ['an event stream called JSON', 'application/json', sse('Jane is an admin.')],
    [
      'one JSON document',
      'application/json',
      JSON.stringify(
        {
          result: {
            role: 'assistant',
            content: [{ text: 'Jane is ' }, { toolUse: {} }, { text: 'an admin.' }],
          },
        },
        null,
        2,
      ),
    ],
    [
      'a JSON-RPC result',
      'application/json',
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        result: { content: [{ type: 'text', text: 'Jane is an admin.' }] },
      }),
    ],
    ['plain text', 'text/plain', 'Jane is an admin.'],
  ])('is understood in %s, however the stream is cut', async (_form, contentType, body) => {
    const whole = await open([pieces(contentType, body)]);
    expect(await whole.ask()).toBe('Jane is an admin.');
    const bytes = Buffer.from(body);
    const single = await open([pieces(contentType, ...Array.from(bytes, (byte) => Uint8Array.of(byte)))]);
    expect(await single.ask()).toBe('Jane is an admin.');
  });

  it('tells text as it comes, characters that are cut in two included', async () => {
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    const bytes = Buffer.from(sse('grün 😀'));
    const { client } = await open([
      async (response, call) => {
        await pieces(
          'text/event-stream',
          bytes.subarray(0, 12),
          bytes.subarray(12, 17),
          bytes.subarray(17),
        )(
          {
            writeHead: response.writeHead.bind(response),
            write: response.write.bind(response),
            end: () => {},
          } as never,
          call,
        );
        await heard;
        response.end(sse(' and more'));
      },
    ]);
    const told = client.invoke({ prompt: 'x', sessionId: 's' });
    expect(await told.next()).toEqual({ done: false, value: 'grün 😀' });
    resolve();
    expect(await told.next()).toEqual({ done: false, value: ' and more' });
    expect(await told.next()).toMatchObject({ done: true });
  });

  it('that says the same thing in several ways is heard once', async () => {
    const message = { message: { role: 'assistant', content: [{ text: 'Jane is an admin.' }] } };
    const events = ['Jane is ', 'an admin.'].flatMap((text) => [
      bedrock(text),
      { data: text, delta: { text } },
    ]);
    const toolResult = { message: { role: 'user', content: [{ text: 'tool output' }] } };
    const body = sse(toolResult, ...events, message, { result: 'Jane is an admin.' });
    expect(await (await open([pieces('text/event-stream', body)])).ask()).toBe('Jane is an admin.');
  });

  it('is asked once more under a new cursor after a passing 404, and only once', async () => {
    const good = pieces('text/event-stream', sse('hello'));
    const { ask, calls } = await open([status(404, 'cursor unknown'), good]);
    expect(await ask()).toBe('hello');
    expect(calls[0]?.body.cursor).not.toBe(calls[1]?.body.cursor);
    const inStream = await open([pieces('text/event-stream', `event: error\ndata: {"code":404}\n\n`), good]);
    expect(await inStream.ask()).toBe('hello');
    const gone = await open([status(404)]);
    await expect(gone.ask()).rejects.toThrow(UnavailableError);
    expect(gone.calls).toHaveLength(2);
  });

  it('is never asked again once it has begun', async () => {
    const begun = sse({ tool_use: { name: 'create_user' } }, { error: { code: 404, message: 'gone' } });
    const { ask, calls } = await open([pieces('text/event-stream', begun)]);
    await expect(ask()).rejects.toBeInstanceOf(OutcomeUnknownError);
    expect(calls).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['an error event', 'event: error\ndata: {"message":"the model is away"}\n\n'],
    ['an error member', sse({ error: 'the model is away', error_type: 'X' })],
    [
      'a JSON-RPC error',
      sse({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'the model is away' } }),
    ],
  ])('that fails with %s is reported after what it had said, without secrets', async (_what, failure) => {
    const secret = ['xoxb', '1234567890', 'abcdefghij'].join('-');
    const body = `${sse('Well ')}${failure.replace('away', `away ${secret}`)}`;
    const { ask, told } = await open([pieces('text/event-stream', body)]);
    const error = await ask().catch((reason: unknown) => reason);
    expect(told).toEqual(['Well ']);
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect((error as Error).message).toContain('the model is away');
    expect((error as Error).message).not.toContain(secret);
  });

  it('whose connection breaks in the middle may have acted', async () => {
    const { ask, told } = await open([
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(sse('half an ans'), () => setImmediate(() => response.destroy()));
      },
    ]);
    await expect(ask()).rejects.toBeInstanceOf(OutcomeUnknownError);
    expect(told).toEqual(['half an ans']);
  });

  it.each([
    [401, UnavailableError],
    [429, UnavailableError],
    [503, UnavailableError],
    [500, OutcomeUnknownError],
    [302, OutcomeUnknownError],
  ])('that answers with HTTP %d is reported without its words', async (code, type) => {
    const { ask } = await open([status(code, 'words that nobody outside may see')]);
    const error = await ask().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toBe(`the agent's endpoint answered with HTTP ${code}`);
  });

  it('that is not there is unavailable: nothing was sent', async () => {
    const { ask, close } = await open([]);
    await close();
    closers.pop();
    await expect(ask()).rejects.toBeInstanceOf(UnavailableError);
  });

  it('is given up when it is silent before or within its answer', async () => {
    const silent: Answer = () => {};
    const first = await open([silent], { firstAnswerTimeoutMs: 20 });
    await expect(first.ask()).rejects.toThrow(/in time/);
    const within: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sse('one'));
    };
    const second = await open([within], { silenceTimeoutMs: 20 });
    await expect(second.ask()).rejects.toBeInstanceOf(OutcomeUnknownError);
    expect(second.told).toEqual(['one']);
    const third = await open([within], { totalTimeoutMs: 20 });
    await expect(third.ask()).rejects.toThrow(/in time/);
  });

  it('is left when the caller stops, and told so by a closed connection', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    const answer: Answer = (response) => {
      response.on('close', () => resolve());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(sse('one'));
    };
    const stop = new AbortController();
    const { client } = await open([answer]);
    for await (const text of client.invoke({ prompt: 'x', sessionId: 's', signal: stop.signal })) {
      expect(text).toBe('one');
      stop.abort();
    }
    await left;
  });

  it('that says more than anybody can hold is cut off', async () => {
    const huge = await open([
      pieces('text/event-stream', `data: "${'x'.repeat(700_000)}`, 'x'.repeat(700_000)),
    ]);
    await expect(huge.ask()).rejects.toThrow(/too large/);
    const endless = await open(
      [pieces('text/event-stream', ...Array.from({ length: 20 }, () => sse('word ')))],
      {
        maximumAnswerChars: 20,
      },
    );
    await expect(endless.ask()).rejects.toThrow(/more than 20/);
  });

  it('must be named by a URL that keeps the token secret', () => {
    for (const url of ['http://agent.example.com/', 'ftp://x', 'nonsense', 'https://user:pw@example.com/'])
      expect(() => createAgentCoreClient({ url, auth: bearer })).toThrow(InvalidInputError);
    expect(() => createAgentCoreClient({ url: 'https://x.example.com', auth: { kind: 'sigv4' } })).toThrow(
      /region/,
    );
    const url = 'https://g-1.gateway.bedrock-agentcore.eu-central-1.amazonaws.com/mcp';
    expect(() => createAgentCoreClient({ url, auth: { kind: 'sigv4' } })).not.toThrow();
  });
});
