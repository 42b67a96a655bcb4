import { InvalidInputError } from '@hitl/core';
import { createFakeClock } from '@hitl/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { APICallError, generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { type BedrockPeer, startBedrockPeer } from '../../test/bedrock-peer/start-bedrock-peer.ts';
import { type BedrockModelOptions, createBedrockModel } from './create-bedrock-model.ts';

let peer: BedrockPeer;

beforeAll(async () => {
  peer = await startBedrockPeer();
});
afterAll(() => peer.close());

let asked = 0;
let from = 0;
beforeEach(() => {
  asked = 0;
  from = peer.requests.length;
});

function model(options: Partial<BedrockModelOptions> = {}) {
  return createBedrockModel({
    region: 'eu-central-1',
    baseURL: peer.baseURL,
    credentialProvider: async () => {
      asked += 1;
      return { accessKeyId: 'key-id', secretAccessKey: 'key', sessionToken: 'session-token-1' };
    },
    ...options,
  });
}

/** A tool that notes what it was called with. */
function userTool(calls: unknown[]) {
  return tool({
    description: 'Creates a user',
    inputSchema: jsonSchema<{ primary_email: string; note?: string }>({
      type: 'object',
      properties: { primary_email: { type: 'string' }, note: { type: 'string' } },
      required: ['primary_email'],
    }),
    execute: async (input) => {
      calls.push(input);
      return { created: input.primary_email };
    },
  });
}

const input = { primary_email: 'john.doe@example.com', note: 'Grüße 𝄞 "quoted"' };
const toolUse = { toolUse: { toolUseId: 'tooluse_1', name: 'google__create_user', input } };
const proposes = {
  kind: 'message',
  content: [{ text: 'Ich lege ihn an.' }, toolUse],
  stopReason: 'tool_use',
} as const;
const finishes = { kind: 'message', content: [{ text: 'Done: 𝄞 ready.' }], stopReason: 'end_turn' } as const;

describe('the tool loop over Bedrock', () => {
  it('runs with Converse: proposal, tool, result, answer', async () => {
    peer.answerWith(proposes, finishes);
    const calls: unknown[] = [];
    const result = await generateText({
      model: model(),
      instructions: 'You act for an IT team.',
      prompt: 'Create john.doe@example.com',
      tools: { google__create_user: userTool(calls) },
      stopWhen: isStepCount(3),
    });
    expect(result.text).toBe('Done: 𝄞 ready.');
    expect(calls).toEqual([input]);
    const [first, second] = peer.requests.slice(from);
    expect(first).toMatchObject({
      operation: 'converse',
      modelId: 'eu.anthropic.claude-haiku-5-5',
      body: { system: [{ text: 'You act for an IT team.' }] },
    });
    expect(second?.body.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'user']);
    expect(second?.body.messages[2]?.content).toMatchObject([{ toolResult: { toolUseId: 'tooluse_1' } }]);
  });

  it('runs with ConverseStream: binary frames cut anywhere, tool input in pieces, any script', async () => {
    peer.answerWith(proposes, finishes);
    const calls: unknown[] = [];
    const result = streamText({
      model: model(),
      prompt: 'Create john.doe@example.com',
      tools: { google__create_user: userTool(calls) },
      stopWhen: isStepCount(3),
    });
    let text = '';
    for await (const delta of result.textStream) text += delta;
    expect(text).toBe('Ich lege ihn an.Done: 𝄞 ready.');
    expect(calls).toEqual([input]);
    expect(await result.finishReason).toBe('stop');
    expect((await result.totalUsage).inputTokens).toBe(24);
    expect(peer.requests.slice(from).map((request) => request.operation)).toEqual([
      'converse-stream',
      'converse-stream',
    ]);
  });

  it('signs every request with the session token and asks for credentials once', async () => {
    peer.answerWith(proposes, finishes);
    await generateText({
      model: model(),
      prompt: 'Create john.doe@example.com',
      tools: { google__create_user: userTool([]) },
      stopWhen: isStepCount(3),
    });
    expect(asked).toBe(1);
    for (const { headers } of peer.requests.slice(from)) {
      expect(headers.authorization).toMatch(/Credential=key-id\/\d{8}\/eu-central-1\/bedrock\/aws4_request/);
      expect(headers['x-amz-security-token']).toBe('session-token-1');
    }
  });

  it('asks for credentials again shortly before they end', async () => {
    const clock = createFakeClock();
    const renewing = model({
      clock,
      credentialProvider: async () => {
        asked += 1;
        return {
          accessKeyId: `key-${asked}`,
          secretAccessKey: 'key',
          expiration: new Date(clock.now() + 3_600_000),
        };
      },
    });
    peer.answerWith(finishes, finishes, finishes);
    for (const wait of [0, 54 * 60_000, 2 * 60_000]) {
      clock.advance(wait);
      await generateText({ model: renewing, prompt: 'Hello' });
    }
    expect(
      peer.requests
        .slice(from)
        .map(({ headers }) => /Credential=([^/]+)/.exec(String(headers.authorization))?.[1]),
    ).toEqual(['key-1', 'key-1', 'key-2']);
  });

  it('does not remember a failure to get credentials', async () => {
    let isDown = true;
    const recovering = model({
      credentialProvider: async () => {
        if (isDown) throw new Error('metadata service is down');
        return { accessKeyId: 'key-id', secretAccessKey: 'key' };
      },
    });
    await expect(generateText({ model: recovering, prompt: 'Hello', maxRetries: 0 })).rejects.toThrow();
    isDown = false;
    peer.answerWith(finishes);
    expect((await generateText({ model: recovering, prompt: 'Hello' })).text).toBe('Done: 𝄞 ready.');
  });

  it('sends a Bedrock API key as bearer token', async () => {
    peer.answerWith(finishes);
    await generateText({ model: model({ apiKey: 'api-key-of-bedrock' }), prompt: 'Hello' });
    expect(peer.requests.at(-1)?.headers.authorization).toBe('Bearer api-key-of-bedrock');
    expect(asked).toBe(0);
  });

  it('reaches a model under an ARN with colons and slashes', async () => {
    const modelId = 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc123';
    peer.answerWith(finishes);
    await generateText({ model: model({ modelId, modelFamily: 'anthropic' }), prompt: 'Hello' });
    expect(peer.requests.at(-1)?.modelId).toBe(modelId);
  });
});

describe('the guardrail', () => {
  const guarded = { guardrailId: 'abc123', guardrailVersion: '7' };

  it('goes with every step, in the form that each operation takes', async () => {
    peer.answerWith(proposes, finishes, finishes);
    await generateText({
      model: model(guarded),
      prompt: 'Create john.doe@example.com',
      tools: { google__create_user: userTool([]) },
      stopWhen: isStepCount(3),
    });
    await streamText({ model: model(guarded), prompt: 'Hello' }).consumeStream();
    expect(peer.requests.slice(from).map(({ body }) => body.guardrailConfig)).toEqual([
      { guardrailIdentifier: 'abc123', guardrailVersion: '7' },
      { guardrailIdentifier: 'abc123', guardrailVersion: '7' },
      { guardrailIdentifier: 'abc123', guardrailVersion: '7', streamProcessingMode: 'sync' },
    ]);
  });

  it.each(['bedrock', 'amazonBedrock'])(
    'can’t be replaced through a call’s own %s options, which are kept otherwise',
    async (name) => {
      peer.answerWith(finishes);
      await generateText({
        model: model(guarded),
        prompt: 'Hello',
        providerOptions: {
          [name]: {
            guardrailConfig: { guardrailIdentifier: 'other', guardrailVersion: 'DRAFT' },
            additionalModelRequestFields: { kept: true },
          },
        },
      });
      expect(peer.requests.at(-1)?.body).toMatchObject({
        guardrailConfig: { guardrailIdentifier: 'abc123', guardrailVersion: '7' },
        additionalModelRequestFields: { kept: true },
      });
    },
  );

  it('that intervenes ends the answer as filtered, and no proposed tool runs', async () => {
    const intervenes = {
      kind: 'message',
      content: [{ text: 'Sorry, that is not possible.' }],
      stopReason: 'guardrail_intervened',
    } as const;
    peer.answerWith(intervenes, intervenes);
    const calls: unknown[] = [];
    const options = {
      model: model(guarded),
      prompt: 'Hello',
      tools: { google__create_user: userTool(calls) },
      stopWhen: isStepCount(3),
    };
    const generated = await generateText(options);
    expect(generated.finishReason).toBe('content-filter');
    const streamed = streamText(options);
    await streamed.consumeStream();
    expect(await streamed.finishReason).toBe('content-filter');
    expect(calls).toEqual([]);
  });
});

describe('when Bedrock fails', () => {
  it('tries again what is throttled before it began', async () => {
    peer.answerWith(
      { kind: 'error', status: 429, type: 'ThrottlingException', message: 'Too many requests' },
      finishes,
    );
    expect((await generateText({ model: model(), prompt: 'Hello', maxRetries: 1 })).text).toBe(
      'Done: 𝄞 ready.',
    );
    expect(peer.requests.length - from).toBe(2);
  });

  it('reports a refused request once, with its status', async () => {
    peer.answerWith({
      kind: 'error',
      status: 404,
      type: 'ResourceNotFoundException',
      message: 'end of life',
    });
    const error = await generateText({ model: model(), prompt: 'Hello' }).catch((reason: unknown) => reason);
    expect(APICallError.isInstance(error) && error.statusCode).toBe(404);
    expect(peer.requests.length - from).toBe(1);
  });

  it.each([
    [
      'is throttled in the middle',
      { kind: 'exception', type: 'throttlingException', message: 'Too many requests' },
    ],
    ['breaks in the middle of a frame', { kind: 'cut' }],
    ['ends too early between two frames', { kind: 'truncated' }],
  ] as const)('runs no tool of a stream that %s', async (_what, failure) => {
    peer.answerWith({ ...failure, content: [{ text: 'I begin.' }, toolUse] });
    const calls: unknown[] = [];
    const errors: unknown[] = [];
    const result = streamText({
      model: model(),
      prompt: 'Create john.doe@example.com',
      tools: { google__create_user: userTool(calls) },
      stopWhen: isStepCount(3),
      maxRetries: 0,
      onError: ({ error }) => {
        errors.push(error);
      },
    });
    await result.consumeStream({ onError: (error) => errors.push(error) });
    const finishReason = await Promise.resolve(result.finishReason).catch(() => 'error');
    expect(finishReason).toBe('error');
    expect(calls).toEqual([]);
    expect(peer.requests.length - from).toBe(1);
    expect(errors.length).toBeGreaterThan(0);
  });

  it.each([
    ['is throttled', { kind: 'exception', type: 'throttlingException', message: 'Too many requests' }],
    ['breaks', { kind: 'cut' }],
    ['just ends', { kind: 'truncated' }],
  ] as const)(
    'does not pass off a stream that %s after a whole tool call as a proposal',
    async (_what, failure) => {
      peer.answerWith({ ...failure, content: [toolUse, { text: 'And then' }] });
      const { execute: _none, ...proposalOnly } = userTool([]);
      const result = streamText({
        model: model(),
        prompt: 'Create john.doe@example.com',
        tools: { google__create_user: proposalOnly },
        maxRetries: 0,
        onError: () => undefined,
      });
      await result.consumeStream({ onError: () => undefined });
      expect(await Promise.resolve(result.finishReason).catch(() => 'error')).toBe('error');
    },
  );

  it('hears from Bedrock that a tool name is not allowed', async () => {
    const result = generateText({
      model: model(),
      prompt: 'Hello',
      tools: { 'google/create_user': userTool([]) },
      maxRetries: 0,
    });
    await expect(result).rejects.toThrow('toolSpec names must match');
  });
});

describe('settings', () => {
  it.each<[string, Partial<BedrockModelOptions>, string]>([
    ['a guardrail without version', { guardrailId: 'abc123' }, 'guardrailVersion'],
    ['a guardrail version without id', { guardrailVersion: '1' }, 'guardrailId'],
    ['a malformed guardrail id', { guardrailId: 'ABC', guardrailVersion: '1' }, 'guardrailId'],
    ['a malformed guardrail version', { guardrailId: 'abc123', guardrailVersion: '0' }, 'guardrailVersion'],
    ['an empty guardrail id', { guardrailId: '', guardrailVersion: '1' }, 'guardrailId'],
    ['a malformed model id', { modelId: 'claude haiku' }, 'modelId'],
    ['a region that is none', { region: 'Frankfurt' }, 'region'],
    ['a region without default model', { region: 'us-gov-west-1' }, 'region'],
  ])('refuse %s and name it', (_what, options, path) => {
    let error: unknown;
    try {
      model(options);
    } catch (reason) {
      error = reason;
    }
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).errors.map((each) => each.path)).toContain(path);
  });

  it.each([
    ['us-east-1', 'us.anthropic.claude-haiku-5-5'],
    ['eu-west-3', 'eu.anthropic.claude-haiku-5-5'],
    ['ap-northeast-1', 'jp.anthropic.claude-haiku-5-5'],
    ['ap-southeast-2', 'au.anthropic.claude-haiku-5-5'],
    ['ap-south-1', 'global.anthropic.claude-haiku-5-5'],
    ['sa-east-1', 'global.anthropic.claude-haiku-5-5'],
  ])('choose for %s the profile %s', (region, modelId) => {
    expect(model({ region }).modelId).toBe(modelId);
  });
});
