import type { Caller } from '@hitl/application';
import { ForbiddenError, InvalidInputError, UnauthenticatedError } from '@hitl/core';
import type { Credential } from './api-deps.ts';

/**
 * Who acts: the person that the credential proves, or, for a credential that may speak for anybody, the one it names. A name
 * that is only claimed stays `asserted`, whatever the credential.
 */
export function identifyCaller(
  credential: Credential | undefined,
  claimedUserId: string | undefined,
): Caller {
  if (credential === undefined) throw new UnauthenticatedError('this needs a credential');
  const { principalId, assurance, channel } = credential;
  if (principalId !== undefined) {
    if (claimedUserId !== undefined && claimedUserId !== principalId) {
      throw new ForbiddenError('forbidden', `user_id: this credential belongs to ${principalId}`);
    }
    return { id: principalId, kind: 'user', assurance, channel };
  }
  if (claimedUserId === undefined) {
    throw new InvalidInputError('user_id: is required with this credential', {
      errors: [{ path: 'user_id', message: 'is required with a credential that belongs to no person' }],
    });
  }
  return { id: claimedUserId, kind: 'user', assurance: 'asserted', channel };
}
