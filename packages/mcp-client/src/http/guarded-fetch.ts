import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { ResponseTooLargeError } from './response-too-large-error.ts';

export interface GuardedFetchOptions {
  readonly fetch: typeof fetch;
  readonly maxBytes: number;
  readonly isWaiting: (id: RequestId) => boolean;
  readonly isWaitingForEvent: (eventId: string) => boolean;
  /** The event stream that answers this request ended (`reason` says how); the answer may already have arrived. */
  readonly onStreamEnd: (id: RequestId, reason: string) => void;
  readonly onResumeRefused: (eventId: string, reason: string) => void;
}

export interface GuardedFetch {
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  readonly isStreaming: (id: RequestId) => boolean;
  readonly abort: (id: RequestId) => void;
  readonly abortAll: () => void;
}

/** The SDK parses the last chunk some ticks after it was read; only then is "ended without an answer" certain. */
const settleMs = 50;
const notificationTimeoutMs = 10_000;
const maxErrorBodyBytes = 64 * 1024;

/**
 * A `fetch` for the SDK's HTTP transport that bounds what the SDK leaves open: response size, streams that end early, POSTs
 * of cancelled requests, and the idle GET stream, which is never opened.
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const controllers = new Map<RequestId | symbol, AbortController>();
  const streaming = new Set<RequestId>();

  async function guardedFetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const method = init.method ?? 'GET';
    if (method === 'GET') return resume(url, init);
    const id = method === 'POST' ? requestIdOf(init.body) : undefined;
    const key = id ?? Symbol(method);
    const controller = new AbortController();
    controllers.set(key, controller);
    // Requests are bounded by their call's deadline; nobody waits for the rest.
    const timer =
      id === undefined
        ? setTimeout(() => controller.abort(new Error('no answer')), notificationTimeoutMs)
        : undefined;
    let isStream = false;
    try {
      const response = await options.fetch(url, { ...init, signal: controller.signal });
      isStream = id !== undefined && response.ok && isEventStream(response) && response.body !== null;
      if (!isStream) return await readWhole(response);
      return watchStream(id as RequestId, response);
    } finally {
      clearTimeout(timer);
      if (!isStream) controllers.delete(key);
    }
  }

  /**
   * The SDK opens a GET stream after every initialisation. An idle one dies every five minutes and keeps a function alive,
   * and what it would tell us (changed lists) is asked for before every use: so the answer is "not offered here".
   * A GET that resumes a request's own stream goes through while that request still waits.
   */
  async function resume(url: string | URL, init: RequestInit): Promise<Response> {
    const eventId = new Headers(init.headers).get('last-event-id');
    if (eventId === null || !options.isWaitingForEvent(eventId)) return new Response(null, { status: 405 });
    const key = Symbol('resume');
    const controller = new AbortController();
    controllers.set(key, controller);
    const stop = () => controllers.delete(key);
    try {
      const response = await options.fetch(url, { ...init, signal: controller.signal });
      if (!response.ok) {
        options.onResumeRefused(
          eventId,
          `the stream ended early and resuming it failed with HTTP ${response.status}`,
        );
      }
      if (response.body === null) return response;
      return countedResponse(response, response.body, { maxBytes: options.maxBytes, onEnd: stop });
    } catch (error) {
      stop();
      throw error;
    }
  }

  function watchStream(id: RequestId, response: Response): Response {
    if (response.body === null) return response;
    streaming.add(id);
    return countedResponse(response, response.body, {
      maxBytes: options.maxBytes,
      onEnd: (error) => {
        streaming.delete(id);
        controllers.delete(id);
        if (!options.isWaiting(id)) return;
        const reason =
          error instanceof ResponseTooLargeError
            ? error.message
            : `the answer's stream ${error === undefined ? 'ended' : 'broke off'} before the result`;
        setTimeout(() => options.onStreamEnd(id, reason), settleMs);
      },
    });
  }

  async function readWhole(response: Response): Promise<Response> {
    // Redirects keep their URL (the SDK decides on them by it), bodiless answers have nothing to bound.
    if (response.body === null || (response.status >= 300 && response.status < 400)) return response;
    const limit = response.ok ? options.maxBytes : maxErrorBodyBytes;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      bytes += next.value.byteLength;
      if (bytes > limit) {
        void reader.cancel().catch(() => {});
        if (response.ok) throw new ResponseTooLargeError(limit);
        break;
      }
      chunks.push(next.value);
    }
    const [first] = chunks;
    const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
    return new Response(response.status === 204 || response.status === 205 ? null : (body as BodyInit), {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  }

  return {
    fetch: guardedFetch,
    isStreaming: (id) => streaming.has(id),
    abort(id) {
      controllers.get(id)?.abort(new Error('cancelled'));
      controllers.delete(id);
    },
    abortAll() {
      for (const controller of controllers.values()) controller.abort(new Error('closed'));
      controllers.clear();
    },
  };
}

interface CountedBody {
  readonly maxBytes: number;
  readonly onEnd: (error: unknown) => void;
}

/** The same response with a body that is counted and whose end is seen. */
function countedResponse(
  response: Response,
  source: ReadableStream<Uint8Array>,
  { maxBytes, onEnd }: CountedBody,
): Response {
  const reader = source.getReader();
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(target) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          target.close();
          onEnd(undefined);
          return;
        }
        bytes += value.byteLength;
        if (bytes > maxBytes) throw new ResponseTooLargeError(maxBytes);
        target.enqueue(value);
      } catch (error) {
        void reader.cancel().catch(() => {});
        target.error(error);
        onEnd(error);
      }
    },
    async cancel(reason) {
      onEnd(reason);
      await reader.cancel(reason);
    },
  });
  return new Response(body, {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
}

function isEventStream(response: Response): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(response.headers.get('content-type') ?? '');
}

/** The SDK writes the id last; anything else is parsed. */
function requestIdOf(body: unknown): RequestId | undefined {
  if (typeof body !== 'string') return undefined;
  const atEnd = /"jsonrpc":"2\.0","id":(\d+)\}$/.exec(body.slice(-60));
  if (atEnd?.[1] !== undefined) return Number(atEnd[1]);
  const message: unknown = JSON.parse(body);
  if (typeof message !== 'object' || message === null || !('method' in message) || !('id' in message)) {
    return undefined;
  }
  return typeof message.id === 'number' || typeof message.id === 'string' ? message.id : undefined;
}
