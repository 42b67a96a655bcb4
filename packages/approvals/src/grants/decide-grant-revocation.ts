import { ForbiddenError, type GrantState, type Principal } from '@hitl/core';
import type { GrantEventOf } from './grant-event-of.ts';

/**
 * Takes a grant back: its grantor, its grantee, or anybody in one of the groups that the grantor was in when granting. Any
 * assurance will do, since a revocation only ever takes power away. `undefined` when it was revoked already.
 * @throws ForbiddenError for anybody else.
 */
export function decideGrantRevocation(
  state: GrantState,
  principal: Principal,
  reason?: string,
): GrantEventOf<'grant-revoked'> | undefined {
  const { grant, revoked_by } = state;
  const isEntitled =
    principal.id === grant.grantor_id ||
    principal.id === grant.grantee_id ||
    principal.groups.some((group) => grant.grantor_groups.includes(group));
  if (!isEntitled)
    throw new ForbiddenError('forbidden', `${principal.id} may not revoke a grant of ${grant.grantor_id}`);
  if (revoked_by !== undefined) return undefined;
  const text = reason?.trim();
  const data = { principal_id: principal.id, ...(text === undefined || text === '' ? {} : { reason: text }) };
  return { type: 'grant-revoked', data };
}
