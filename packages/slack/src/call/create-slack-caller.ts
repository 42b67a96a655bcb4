import { UnavailableError } from '@hitl/core';
import { z } from 'zod';
import { SlackRefusedError } from './slack-refused-error.ts';

export interface SlackCall {
  readonly method: string;
  /** Texts are sent as they are, everything else as JSON. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly token?: string;
  /** For this call. Default: the caller's own. */
  readonly timeoutMs?: number;
}

/**
 * Calls one method of Slack's Web API, once: whoever has three seconds to answer has none to try again.
 * @throws SlackRefusedError for `ok: false`; UnavailableError for no answer in time, 429 and 5xx
 */
export type SlackCaller = (call: SlackCall) => Promise<Readonly<Record<string, unknown>>>;

export interface SlackCallerOptions {
  readonly fetch?: typeof fetch;
  /** With the trailing slash. */
  readonly apiUrl?: string;
  /** Default 2,000: somebody has clicked and waits. */
  readonly timeoutMs?: number;
}

const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().optional() });

/** The two or three calls that the ingress makes. The worker, which does far more, uses Slack's own client. */
export function createSlackCaller(options: SlackCallerOptions = {}): SlackCaller {
  const { apiUrl = 'https://slack.com/api/' } = options;
  return async ({ method, arguments: args, token, timeoutMs = options.timeoutMs ?? 2000 }) => {
    const send = options.fetch ?? fetch;
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(args)) {
      if (value !== undefined) form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
    let answer: unknown;
    let status: number | undefined;
    try {
      const response = await send(`${apiUrl}${method}`, {
        method: 'POST',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        body: form,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.status;
      answer = await response.json();
    } catch (error) {
      const what = status === undefined ? 'does not answer' : `answered ${status} without JSON`;
      throw new UnavailableError(`Slack ${what} (${method})`, { cause: error });
    }
    const parsed = answerSchema.safeParse(answer);
    if (!parsed.success || status === 429 || status >= 500)
      throw new UnavailableError(`Slack can't do ${method} now (${status})`);
    if (!parsed.data.ok) throw new SlackRefusedError(method, parsed.data.error ?? 'unknown_error');
    return parsed.data;
  };
}
