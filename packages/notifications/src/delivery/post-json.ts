import { WebhookError } from './webhook-error.ts';

export interface PostOptions {
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** For one attempt. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Default: 3. */
  readonly maxAttempts?: number;
  /** Longer waits than this are not waited for; the notification fails and may be tried again by the caller. Default: 30 s. */
  readonly maxWaitMs?: number;
  readonly sleep?: (ms: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random?: () => number;
}

const firstBackOffMs = 500;

/**
 * Posts a body to a webhook. 429, 5xx, a lost connection and a time-out are tried again, after what `Retry-After` says or a growing wait
 * with jitter; everything else is final. A redirect is final as well: where it points to was not allowed.
 * @throws WebhookError, never with the URL
 */
export async function postJson(
  name: string,
  url: URL,
  body: string,
  options: PostOptions = {},
): Promise<void> {
  const { maxAttempts = 3, maxWaitMs = 30_000, random = Math.random } = options;
  const sleep = options.sleep ?? ((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)));
  for (let attempt = 1; ; attempt += 1) {
    const { problem, retryAfterMs, isFinal } = await postOnce(url, body, options);
    if (problem === undefined) return;
    const waitMs = retryAfterMs ?? firstBackOffMs * 2 ** (attempt - 1) * (0.5 + random() / 2);
    if (isFinal || attempt >= maxAttempts || waitMs > maxWaitMs) {
      const times = attempt === 1 ? '' : ` after ${attempt} attempts`;
      throw new WebhookError(`${name}: ${problem}${times}`, !isFinal);
    }
    await sleep(waitMs);
  }
}

interface Attempt {
  readonly problem?: string;
  readonly retryAfterMs?: number;
  readonly isFinal: boolean;
}

async function postOnce(url: URL, body: string, options: PostOptions): Promise<Attempt> {
  const { timeoutMs = 10_000 } = options;
  let response: Response;
  try {
    response = await (options.fetch ?? globalThis.fetch)(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
  } catch (error) {
    return { problem: problemOf(error, timeoutMs), isFinal: false };
  }
  if (response.ok) return { isFinal: true };
  const isFinal = response.status !== 429 && response.status < 500;
  const retryAfterMs = isFinal ? undefined : parseRetryAfter(response.headers.get('retry-after'));
  return {
    problem: `the channel answered HTTP ${response.status}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    isFinal,
  };
}

/** Messages of network errors may repeat the URL: only the system's code is kept. */
function problemOf(error: unknown, timeoutMs: number): string {
  if (memberOf(error, 'name') === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const code = memberOf(memberOf(error, 'cause'), 'code');
  return `no answer${typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? ` (${code})` : ''}`;
}

function memberOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' ? Reflect.get(value, name) : undefined;
}

/** Seconds, or an HTTP date. */
function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
