export interface JiraRequestErrorOptions {
  readonly cause?: unknown;
  readonly status?: number;
  /** Jira's answer, parsed where it was JSON. */
  readonly body?: unknown;
  readonly retryAfterMs?: number | undefined;
  /** Which limit was hit: `jira-burst-based`, `jira-per-issue-on-write`, `jira-quota-based` … */
  readonly rateLimitReason?: string | undefined;
  /** Atlassian's trace id, for their support and for matching with their audit log. */
  readonly traceId?: string | undefined;
}

/**
 * One request that has not succeeded. `effect` says whether it may have changed something: `none` when Jira refused it or
 * never got it, `unknown` when it was sent and the answer is missing, a 5xx or unreadable. Never holds the credentials.
 */
export class JiraRequestError extends Error {
  readonly effect: 'none' | 'unknown';
  readonly status: number | undefined;
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
  readonly rateLimitReason: string | undefined;
  readonly traceId: string | undefined;

  constructor(effect: 'none' | 'unknown', message: string, options: JiraRequestErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'JiraRequestError';
    this.effect = effect;
    this.status = options.status;
    this.body = options.body;
    this.retryAfterMs = options.retryAfterMs;
    this.rateLimitReason = options.rateLimitReason;
    this.traceId = options.traceId;
  }
}
