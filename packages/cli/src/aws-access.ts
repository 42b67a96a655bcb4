import { InvalidInputError, UnavailableError } from '@hitl/core';

/** @throws InvalidInputError when no region is known */
export function regionOf({ region }: { readonly region?: string }, env: NodeJS.ProcessEnv): string {
  const known = region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION);
  if (known === undefined || known === '')
    throw new InvalidInputError('--region: say in which AWS region the environment is, or set AWS_REGION');
  return known;
}

/** AWS's words for credentials that it does not take, or not any more. */
const refusedCredentials = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'TokenProviderError',
  'UnrecognizedClientException',
]);

/** Credentials that are not there or not good, as what a person can put right; `undefined` for any other error. */
export function credentialsFault(error: unknown): InvalidInputError | undefined {
  const name = awsErrorOf(error);
  if (name === 'CredentialsProviderError')
    return new InvalidInputError('there are no AWS credentials: sign in, or set AWS_PROFILE', {
      cause: error,
    });
  if (refusedCredentials.has(name))
    return new InvalidInputError(`AWS does not take these credentials (${name}): sign in again`, {
      cause: error,
    });
  return undefined;
}

export function isRightMissing(error: unknown): boolean {
  return /^AccessDenied/.test(awsErrorOf(error));
}

/** AWS's own name for what went wrong; empty where AWS said nothing. */
export function awsErrorOf(error: unknown): string {
  return error instanceof UnavailableError && error.cause instanceof Error ? error.cause.name : '';
}
