/** What to do to matching requests. Without `respond` and `drop` they are only delayed. */
export interface JiraFault {
  readonly method?: string;
  /** The whole path, or a pattern for it; absent: every path. */
  readonly path?: string | RegExp;
  /** How many requests it hits. Default 1. */
  readonly times?: number;
  /** Matching requests that pass before it begins. Default 0. */
  readonly after?: number;
  readonly delayMs?: number;
  /** Answers this instead; with `isApplied` the request takes effect first. */
  readonly respond?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  /** Closes the connection without an answer, before or after the request took effect. */
  readonly drop?: 'before' | 'after';
  readonly isApplied?: boolean;
  /** Of a bulk request only the first so many rows take effect; goes with `drop: 'after'` or `respond` + `isApplied`. */
  readonly applyRows?: number;
}

export interface JiraFaults {
  add(...faults: readonly JiraFault[]): void;
  /** Answers 429 as Jira does. */
  rateLimit(options?: {
    reason?: string;
    retryAfterSeconds?: number;
    times?: number;
    path?: string | RegExp;
  }): void;
  clear(): void;
  /** Faults that are still waiting for a request. */
  pending(): number;
}

export interface JiraFaultQueue extends JiraFaults {
  take(method: string, path: string): JiraFault | undefined;
}

/** Faults in the order in which they were added; each request meets the first that matches. */
export function createJiraFaults(): JiraFaultQueue {
  let waiting: { fault: JiraFault; skip: number; left: number }[] = [];
  const add = (...faults: readonly JiraFault[]) => {
    for (const fault of faults) waiting.push({ fault, skip: fault.after ?? 0, left: fault.times ?? 1 });
  };
  return {
    add,
    rateLimit({ reason = 'jira-burst-based', retryAfterSeconds = 1, times = 1, path } = {}) {
      add({
        times,
        ...(path === undefined ? {} : { path }),
        respond: rateLimitAnswer(reason, retryAfterSeconds),
      });
    },
    clear() {
      waiting = [];
    },
    pending: () => waiting.length,
    take(method, path) {
      for (const entry of waiting) {
        if (!matches(entry.fault, method, path)) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.left -= 1;
        if (entry.left <= 0) waiting = waiting.filter((other) => other !== entry);
        return entry.fault;
      }
      return undefined;
    },
  };
}

export function rateLimitAnswer(reason: string, retryAfterSeconds: number) {
  return {
    status: 429,
    headers: {
      'retry-after': String(retryAfterSeconds),
      'ratelimit-reason': reason,
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': new Date(Date.now() + retryAfterSeconds * 1000).toISOString(),
    },
    body: { errorMessages: ['Rate limit exceeded.'], errors: {} },
  };
}

function matches(fault: JiraFault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === 'string' ? fault.path === path : fault.path.test(path);
}
