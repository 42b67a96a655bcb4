import { randomUUID } from 'node:crypto';
import { HitlError, InvalidInputError, OutcomeUnknownError, redactText, UnavailableError } from '@hitl/core';
import type { CredentialProvider } from '../bedrock/cache-credentials.ts';
import { createSignedFetch } from '../signing/index.ts';
import { agentCoreSessionId } from './agent-core-session-id.ts';
import { agentCoreUserId } from './agent-core-user-id.ts';
import { readAgentMessage } from './read-agent-message.ts';
import { readStreamRecords } from './read-stream-records.ts';
import { watchSilence } from './watch-silence.ts';

export type AgentCoreAuth =
  | {
      readonly kind: 'sigv4';
      /** Default: the one in the endpoint's host. */
      readonly region?: string;
      /** Default: the SDK's own chain. */
      readonly credentials?: CredentialProvider;
    }
  /** Asked before every request. */
  | { readonly kind: 'bearer'; readonly token: () => Promise<string> };

export interface AgentCoreClientOptions {
  /** Where an AgentCore Runtime or Gateway is invoked, whole: ARN, qualifier and all. */
  readonly url: string;
  readonly auth: AgentCoreAuth;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Until the answer begins; default 120,000: a Runtime may start cold and think before it speaks. */
  readonly firstAnswerTimeoutMs?: number;
  /** Between two pieces; default 60,000. */
  readonly silenceTimeoutMs?: number;
  /** For everything; default 14 minutes. */
  readonly totalTimeoutMs?: number;
  /** Of the whole answer; default 1,000,000. */
  readonly maximumAnswerChars?: number;
}

export interface AgentCoreRequest {
  readonly prompt: string;
  /** Ours; the same one goes on with the same conversation. */
  readonly sessionId: string;
  /**
   * For whom: a member of the body and, to a Runtime that is asked with a signature, the header that binds what the agent gets for the
   * person to them (`bedrock-agentcore:InvokeAgentRuntimeForUser`). With a token AgentCore goes by the token.
   */
  readonly userId?: string;
  readonly signal?: AbortSignal;
}

export interface AgentCoreClient {
  /**
   * The answer's text, piece by piece. Ends early without an error when `signal` aborts.
   * @throws UnavailableError when the agent was not reached or refused; OutcomeUnknownError when it may have acted and no whole
   * answer is known: the prompt must not be sent again blindly.
   */
  invoke(request: AgentCoreRequest): AsyncGenerator<string, void>;
}

const maximumPromptChars = 200_000;
const maximumRecordChars = 1_000_000;
/** Refused before anything was done. */
const refusedStatuses = new Set([400, 401, 403, 404, 405, 413, 415, 422, 429, 503]);

/** An agent on AgentCore, whose stream is relayed as it comes, whatever form it has. */
export function createAgentCoreClient(options: AgentCoreClientOptions): AgentCoreClient {
  const url = checkedUrl(options.url);
  const { maximumAnswerChars = 1_000_000, silenceTimeoutMs = 60_000 } = options;
  const send = sender(options, url);
  const isForUsers = options.auth.kind === 'sigv4' && url.pathname.startsWith('/runtimes/');

  async function request(
    { prompt, sessionId, userId }: AgentCoreRequest,
    cursor: string,
    signal: AbortSignal,
  ): Promise<Response> {
    return send(
      new Request(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream, application/x-ndjson, application/json',
          'x-amzn-bedrock-agentcore-runtime-session-id': agentCoreSessionId(sessionId),
          ...(userId === undefined || !isForUsers
            ? {}
            : { 'x-amzn-bedrock-agentcore-runtime-user-id': agentCoreUserId(userId) }),
        },
        body: JSON.stringify({ prompt, session_id: sessionId, user_id: userId, cursor }),
        redirect: 'manual',
        signal,
      }),
    );
  }

  /** One attempt under one cursor. @throws CursorGone before anything was told. */
  async function* attempt(asked: AgentCoreRequest): AsyncGenerator<string, void> {
    const watch = watchSilence({
      firstMs: options.firstAnswerTimeoutMs ?? 120_000,
      totalMs: options.totalTimeoutMs ?? 14 * 60_000,
      signal: asked.signal,
    });
    let shape: string | undefined;
    let records = 0;
    let chars = 0;
    try {
      const response = await request(asked, randomUUID(), watch.signal);
      if (!response.ok) {
        await response.body?.cancel().catch(() => {});
        if (response.status === 404) throw new CursorGone(statusText(404));
        if (refusedStatuses.has(response.status)) throw new UnavailableError(statusText(response.status));
        throw new OutcomeUnknownError(statusText(response.status));
      }
      const pieces = heardPieces(response, () => watch.heard(silenceTimeoutMs));
      const contentType = response.headers.get('content-type') ?? '';
      for await (const record of readStreamRecords(pieces, { contentType, maximumRecordChars })) {
        const message = readAgentMessage(record);
        if (message.kind === 'end') return;
        if (message.kind === 'error') {
          const said = `the agent failed: ${redactText(message.message).slice(0, 300)}`;
          throw message.isNotFound && records === 0 ? new CursorGone(said) : new OutcomeUnknownError(said);
        }
        // Frameworks say the same thing in several ways, increments and the whole: the first way is the one we hear.
        records += 1;
        if (message.kind === 'other') continue;
        shape ??= message.shape;
        if (message.shape !== shape) continue;
        chars += message.text.length;
        if (chars > maximumAnswerChars)
          throw new OutcomeUnknownError(`the agent's answer has more than ${maximumAnswerChars} characters`);
        yield message.text;
      }
    } catch (error) {
      if (asked.signal?.aborted === true) return;
      throw error instanceof HitlError ? error : lostAnswer(error, watch.signal.aborted);
    } finally {
      watch.stop();
    }
  }

  return {
    async *invoke(asked) {
      if (asked.prompt.length > maximumPromptChars)
        throw new InvalidInputError(`a prompt may have at most ${maximumPromptChars} characters`);
      try {
        yield* attempt(asked);
      } catch (error) {
        // A 404 can be passing: the cursor is not known yet where the request went. Nothing was done and nothing was told.
        if (!(error instanceof CursorGone)) throw error;
        yield* attempt(asked);
      }
    },
  };
}

class CursorGone extends UnavailableError {}

async function* heardPieces(response: Response, heard: () => void): AsyncGenerator<Uint8Array, void> {
  if (response.body === null) return;
  heard();
  for await (const piece of response.body) {
    heard();
    yield piece;
  }
}

function sender(options: AgentCoreClientOptions, url: URL): (request: Request) => Promise<Response> {
  const { auth, fetch: plain = globalThis.fetch } = options;
  if (auth.kind === 'bearer') {
    return async (request) => {
      request.headers.set('authorization', `Bearer ${await auth.token()}`);
      return plain(request);
    };
  }
  const region =
    auth.region ?? /\.([a-z]{2,}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname)?.[1];
  if (region === undefined)
    throw new InvalidInputError(
      'the region to sign for is not in the URL of the AgentCore endpoint: name it',
    );
  return createSignedFetch({
    region,
    service: 'bedrock-agentcore',
    fetch: plain,
    ...(auth.credentials === undefined ? {} : { credentials: auth.credentials }),
  });
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url !== undefined && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)))
    throw new InvalidInputError('the URL of the AgentCore endpoint must be an https:// URL');
  if (url.username !== '' || url.password !== '')
    throw new InvalidInputError('the URL of the AgentCore endpoint must hold no credentials');
  return url;
}

function statusText(status: number): string {
  return `the agent's endpoint answered with HTTP ${status}`;
}

/** A connection that was never made sent nothing; after that nobody knows. */
function lostAnswer(error: unknown, isTimeout: boolean): HitlError {
  if (isTimeout)
    return new OutcomeUnknownError('the agent did not answer in time; it may have acted', { cause: error });
  const code = codeOf(error);
  if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH)$/.test(code))
    return new UnavailableError(`the agent's endpoint can't be reached (${code})`, { cause: error });
  return new OutcomeUnknownError('the connection to the agent broke; it may have acted', { cause: error });
}

/** `fetch` wraps the system's error, whose code says how far it got. */
function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? '' : codeOf(cause);
}
