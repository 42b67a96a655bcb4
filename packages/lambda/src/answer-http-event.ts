import { type HttpResult, toHttpResult, toRequest } from './http-event.ts';
import { toProblem } from './to-problem.ts';
import type { Invocation } from './with-handler.ts';

/** API Gateway gives up after 30 seconds and then answers 503, which callers may take for "nothing was done". */
const gatewayLimitMs = 30_000;
/** For the gateway's way to the function, a cold start, and saying where things stand once the time is up. */
const reserveMs = 5000;

/**
 * Answers an HTTP API event with a web `Request` → `Response` function. The request's signal aborts with a `TimeoutError` while
 * there is still time to answer.
 */
export async function answerHttpEvent(
  handle: (request: Request) => Promise<Response>,
  event: unknown,
  { remainingMs }: Pick<Invocation, 'remainingMs'>,
): Promise<HttpResult> {
  const timeMs = Math.max(1000, Math.min(remainingMs(), gatewayLimitMs) - reserveMs);
  return toHttpResult(await handle(toRequest(event, { signal: AbortSignal.timeout(timeMs) })));
}

/** What an HTTP function answers to something that it threw. */
export function problemResult(
  error: unknown,
  { correlationId }: Pick<Invocation, 'correlationId'>,
): HttpResult {
  const { status, body } = toProblem(error, correlationId);
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}
