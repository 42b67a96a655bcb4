import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Clock, NotFoundError, type SecretSource, systemClock } from '@hitl/core';
import { callService } from '../call-service.ts';

export interface SecretsManagerSecretSourceOptions {
  readonly client: SecretsManagerClient;
  /** How long a secret is kept before it is read anew; default five minutes. A rotated secret is seen that late at worst. */
  readonly cacheMs?: number;
  readonly clock?: Clock;
}

/** `SecretSource` over Secrets Manager's `SecretString`s. Callers at the same time share one request; failures are not kept. */
export function createSecretsManagerSecretSource(options: SecretsManagerSecretSourceOptions): SecretSource {
  const { client, cacheMs = 5 * 60 * 1000, clock = systemClock } = options;
  const cached = new Map<string, { readonly value: Promise<string>; readonly untilMs: number }>();

  async function read(name: string): Promise<string> {
    const secret = await callService(
      'reading a secret',
      async () => (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString,
      (error) => {
        // What is scheduled for deletion answers with an invalid request.
        const isGone = error instanceof ResourceNotFoundException || error instanceof InvalidRequestException;
        return isGone ? { value: undefined } : undefined;
      },
    );
    if (secret === undefined) throw new NotFoundError(`there is no secret "${name}"`);
    return secret;
  }

  return {
    get(name) {
      const kept = cached.get(name);
      if (kept !== undefined && kept.untilMs > clock.now()) return kept.value;
      const value = read(name);
      const entry = { value, untilMs: clock.now() + cacheMs };
      cached.set(name, entry);
      value.catch(() => {
        if (cached.get(name) === entry) cached.delete(name);
      });
      return value;
    },
  };
}
