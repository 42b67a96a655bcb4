import { InvalidInputError } from '@hitl/core';

/**
 * Several secrets are active while one is replaced by another.
 * @throws InvalidInputError for none, or an empty one: anybody can sign with the empty secret
 */
export function checkSigningSecrets(secrets: readonly string[]): readonly string[] {
  if (secrets.length === 0 || secrets.some((secret) => secret.trim() === '')) {
    throw new InvalidInputError('the Slack signing secret is not set', {
      errors: [{ path: 'signing_secret', message: 'must be the signing secret of the Slack app' }],
    });
  }
  return secrets;
}
