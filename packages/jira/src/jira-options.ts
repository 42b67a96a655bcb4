import { type Clock, InvalidInputError, systemClock } from '@hitl/core';
import { z } from 'zod';
import { waitFor } from './client/wait-for.ts';

/** Bounds on time and repetition; every wait is cut short by cancellation. */
export interface JiraLimits {
  /** One HTTP exchange. */
  readonly requestTimeoutMs: number;
  /** Times that one request is sent at most, where sending it again is safe. */
  readonly maxAttempts: number;
  /** A longer `Retry-After` is not waited for: it is reported, and the caller may come back. */
  readonly maxRetryAfterMs: number;
  /** Waits between looks at what a write with an unknown outcome has done; their sum is how long Jira may take to finish. */
  readonly settleDelaysMs: readonly number[];
  /** How often rows that a settled write has not created are sent again before they are reported as unknown. */
  readonly maxRecreations: number;
}

export const defaultJiraLimits: JiraLimits = {
  requestTimeoutMs: 60_000,
  maxAttempts: 4,
  maxRetryAfterMs: 30_000,
  settleDelaysMs: [1_000, 2_000, 4_000, 8_000],
  maxRecreations: 2,
};

export interface JiraServerOptions {
  /** `JIRA_BASE_URL`: `https://your-domain.atlassian.net`, or the API gateway with a cloud id. http only on loopback. */
  readonly baseUrl: string;
  /** `JIRA_EMAIL`: the account that the token belongs to. */
  readonly email: string;
  /** `JIRA_API_TOKEN`. Never logged, never in an error. */
  readonly apiToken: string;
  readonly limits?: Partial<JiraLimits>;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Spreads retries; 0 ≤ x < 1. */
  readonly random?: () => number;
}

export interface JiraConnection {
  readonly baseUrl: string;
  readonly email: string;
  readonly authorization: string;
  readonly limits: JiraLimits;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

const settingsSchema = z.object({
  JIRA_BASE_URL: z
    .string({ error: 'must be set' })
    .trim()
    .min(1, 'must be set')
    .transform((text) => (URL.canParse(text) ? new URL(text) : undefined))
    .refine((url) => url !== undefined, 'must be a URL such as https://your-domain.atlassian.net')
    .refine(
      (url) =>
        url === undefined ||
        url.protocol === 'https:' ||
        (url.protocol === 'http:' && loopbackHosts.has(url.hostname)),
      'must be an https URL: the API token would travel in the clear',
    )
    .refine(
      (url) => url === undefined || (url.username === '' && url.password === '' && url.search === ''),
      'must hold neither credentials nor a query',
    )
    // Page addresses are what people copy; the REST path is ours to add.
    .refine(
      (url) => url === undefined || !/^\/(rest|browse|jira)(\/|$)/.test(url.pathname),
      'must be the bare site URL, without a path',
    ),
  JIRA_EMAIL: z
    .string({ error: 'must be set' })
    .trim()
    .pipe(z.email('must be the e-mail address of the account')),
  JIRA_API_TOKEN: z
    .string({ error: 'must be set' })
    .trim()
    .min(1, { error: 'must be set', abort: true })
    .regex(/^[\x21-\x7e]+$/, 'must be one word'),
});

/** Checks the settings before anything is sent. Throws `InvalidInputError` that names each by its environment variable. */
export function parseJiraOptions(options: JiraServerOptions): JiraConnection {
  const parsed = settingsSchema.safeParse({
    JIRA_BASE_URL: options.baseUrl,
    JIRA_EMAIL: options.email,
    JIRA_API_TOKEN: options.apiToken,
  });
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new InvalidInputError(
      `the Jira settings are wrong: ${errors.map((error) => `${error.path} ${error.message}`).join('; ')}`,
      { errors },
    );
  }
  const { JIRA_BASE_URL: url, JIRA_EMAIL: email, JIRA_API_TOKEN: apiToken } = parsed.data;
  return {
    baseUrl: `${url?.origin}${url?.pathname}`.replace(/\/+$/, ''),
    email,
    authorization: `Basic ${Buffer.from(`${email}:${apiToken}`, 'utf8').toString('base64')}`,
    limits: { ...defaultJiraLimits, ...options.limits },
    fetch: options.fetch ?? globalThis.fetch,
    clock: options.clock ?? systemClock,
    wait: options.wait ?? waitFor,
    random: options.random ?? Math.random,
  };
}
