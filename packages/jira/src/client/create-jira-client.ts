import type { Client, SendRequestOptions } from 'jira.js/core';
import type { JiraConnection } from '../jira-options.ts';
import { JiraRequestError } from './jira-request-error.ts';
import { sendOnce } from './send-once.ts';

/** POSTs that only read; every other method than GET may change something. */
const readingPosts = new Set(['/rest/api/3/search/jql', '/rest/api/3/issue/bulkfetch']);

/**
 * The transport under jira.js's endpoint functions. Its own `createClient` has no cancellation and no time-out, drops
 * `RateLimit-Reason`, and its opt-in retries repeat POSTs after a 5xx. Here reads are retried; a write is sent again only
 * when it certainly had no effect (429, no connection).
 */
export function createJiraClient(connection: JiraConnection, signal?: AbortSignal): Client {
  return {
    async sendRequest<T>(request: SendRequestOptions<T>): Promise<T> {
      const isRead = (request.method ?? 'GET') === 'GET' || readingPosts.has(request.url);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await sendOnce(connection, request, signal);
        } catch (error) {
          const delayMs =
            attempt < connection.limits.maxAttempts
              ? retryDelay(error, isRead, attempt, connection)
              : undefined;
          if (delayMs === undefined) throw error;
          await connection.wait(delayMs, signal);
        }
      }
    },
  };
}

function retryDelay(
  error: unknown,
  isRead: boolean,
  attempt: number,
  { limits, random }: JiraConnection,
): number | undefined {
  if (!(error instanceof JiraRequestError)) return undefined;
  const isSafe =
    error.status === 429 ||
    (error.status === undefined && error.effect === 'none') ||
    (isRead && error.effect === 'unknown');
  if (!isSafe) return undefined;
  if (error.retryAfterMs !== undefined)
    return error.retryAfterMs <= limits.maxRetryAfterMs ? error.retryAfterMs : undefined;
  const backoffMs = 500 * 2 ** (attempt - 1);
  return backoffMs * (0.5 + random() / 2);
}
