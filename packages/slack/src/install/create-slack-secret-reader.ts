import { type Clock, NotFoundError, type SecretSource } from '@hitl/core';
import { parseSlackSecret, type SlackSecret } from './slack-secret.ts';

export interface SlackSecretReaderOptions {
  readonly secrets: SecretSource;
  /** Without a name only the fallback counts. */
  readonly name: string | undefined;
  /** Of the environment: what the secret does not hold. */
  readonly fallback: SlackSecret;
  readonly clock: Clock;
  /** Default one minute: a replaced signing secret must not refuse Slack for long. */
  readonly cacheMs?: number;
}

/**
 * The app's secret, kept for a minute. One that does not exist (yet) leaves what the environment says; when it can't be read anew, what was
 * read last goes on being used.
 */
export function createSlackSecretReader(options: SlackSecretReaderOptions): () => Promise<SlackSecret> {
  const { secrets, name, fallback, clock, cacheMs = 60_000 } = options;
  let kept: { readonly secret: SlackSecret; readonly untilMs: number } | undefined;
  let reading: Promise<SlackSecret> | undefined;

  async function read(): Promise<SlackSecret> {
    if (name === undefined) return fallback;
    try {
      const stored = parseSlackSecret(await secrets.get(name));
      return { ...fallback, ...withoutUndefined(stored) };
    } catch (error) {
      if (error instanceof NotFoundError) return fallback;
      if (kept !== undefined) return kept.secret;
      throw error;
    }
  }

  return async () => {
    if (kept !== undefined && kept.untilMs > clock.now()) return kept.secret;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    const secret = await reading;
    kept = { secret, untilMs: clock.now() + cacheMs };
    return secret;
  };
}

function withoutUndefined(secret: SlackSecret): SlackSecret {
  return Object.fromEntries(Object.entries(secret).filter(([, value]) => value !== undefined));
}
