import { type Clock, systemClock } from '@hitl/core';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** When they end, where the source says so. */
  readonly expiration?: Date | undefined;
}
export type CredentialProvider = () => PromiseLike<AwsCredentials>;

/** Renewed this long before their end, so that none ends on its way. */
const renewBeforeMs = 5 * 60 * 1000;

/**
 * Asks `provider` once and again when its credentials are about to end; the model asks before every request. Callers at the
 * same time share one question. A failure is not kept.
 */
export function cacheCredentials(
  provider: CredentialProvider,
  clock: Clock = systemClock,
): CredentialProvider {
  let current: Promise<AwsCredentials> | undefined;
  let renewAtMs = Number.POSITIVE_INFINITY;
  return () => {
    if (current === undefined || clock.now() >= renewAtMs) {
      const asked = Promise.resolve(provider()).then(
        (credentials) => {
          if (credentials.expiration !== undefined)
            renewAtMs = credentials.expiration.getTime() - renewBeforeMs;
          return credentials;
        },
        (error: unknown) => {
          if (current === asked) current = undefined;
          throw error;
        },
      );
      renewAtMs = Number.POSITIVE_INFINITY;
      current = asked;
    }
    return current;
  };
}
