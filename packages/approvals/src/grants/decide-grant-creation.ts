import {
  type Channel,
  type DirectoryEntry,
  type FieldError,
  ForbiddenError,
  InvalidInputError,
  type JsonObject,
  type Principal,
} from '@hitl/core';
import type { GrantEventOf } from './grant-event-of.ts';

export const maximumGrantDays = 30;
export const maximumGrantUses = 1000;

/** What a grantor asks for, as it comes over the API. */
export interface GrantWish {
  readonly grantee_id: string;
  readonly server: string;
  readonly tool: string;
  /** Members that a call's arguments must hold with exactly these values. */
  readonly arguments: JsonObject;
  /** Other arguments may then have any value. Default false: the arguments are exactly the given ones. */
  readonly allow_other_arguments?: boolean | undefined;
  /** Only in this environment; in every one if left out. */
  readonly environment?: string | undefined;
  readonly max_uses: number;
  /** At most 30 days. */
  readonly expires_in_seconds: number;
  readonly reason: string;
}

/**
 * Records the promise of a vote in advance. That the grantor is an approver is not asked here but at each use, against the
 * directory and the requirement of that moment: a grant never says more than its grantor could say then.
 * @throws InvalidInputError naming each wrong field; ForbiddenError when this grantor may not grant to this grantee.
 */
export function decideGrantCreation(creation: {
  readonly grantId: string;
  /** Resolved from the directory, with the assurance of the channel: that is what the grant's votes will carry. */
  readonly grantor: Principal;
  /** As the directory knows it; `undefined` when it does not. */
  readonly grantee: Pick<DirectoryEntry, 'id'> | undefined;
  readonly channel: Channel;
  readonly request: GrantWish;
  readonly nowMs: number;
}): GrantEventOf<'grant-created'> {
  const { grantor, grantee, request, nowMs } = creation;
  if (grantee === undefined || grantee.id !== request.grantee_id)
    throw new ForbiddenError('unknown_principal', `the directory does not know ${request.grantee_id}`);
  if (grantor.kind !== 'user')
    throw new ForbiddenError('forbidden', `${grantor.id} is a service; only people grant`);
  if (grantee.id === grantor.id)
    throw new ForbiddenError('forbidden', 'nobody can grant to themselves: the grantor stands for the vote');
  const errors = wrongFields(request);
  if (errors.length > 0) {
    const message = errors.map((error) => `${error.path} ${error.message}`).join('; ');
    throw new InvalidInputError(message, { errors });
  }
  const grant = {
    grant_id: creation.grantId,
    grantor_id: grantor.id,
    grantor_groups: [...grantor.groups],
    assurance: grantor.assurance,
    channel: creation.channel,
    grantee_id: grantee.id,
    server: request.server,
    tool: request.tool,
    arguments: request.arguments,
    allow_other_arguments: request.allow_other_arguments ?? false,
    ...(request.environment === undefined ? {} : { environment: request.environment }),
    max_uses: request.max_uses,
    expires_at: new Date(nowMs + request.expires_in_seconds * 1000).toISOString(),
    reason: request.reason.trim(),
  };
  return { type: 'grant-created', data: { grant } };
}

function wrongFields(wish: GrantWish): FieldError[] {
  const errors: FieldError[] = [];
  for (const path of ['server', 'tool'] as const) {
    if (!/^[^\s*?[\]{}!|]+$/.test(wish[path]))
      errors.push({ path, message: 'must be one exact name, not a pattern' });
  }
  if (Object.keys(wish.arguments).length === 0 && wish.allow_other_arguments !== true) {
    const message = 'must name at least one value, unless allow_other_arguments is set to true';
    errors.push({ path: 'arguments', message });
  }
  if (!Number.isInteger(wish.max_uses) || wish.max_uses < 1 || wish.max_uses > maximumGrantUses)
    errors.push({ path: 'max_uses', message: `must be a whole number from 1 to ${maximumGrantUses}` });
  const maximumSeconds = maximumGrantDays * 86_400;
  const seconds = wish.expires_in_seconds;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > maximumSeconds) {
    const message = `must be a whole number from 1 to ${maximumSeconds} (${maximumGrantDays} days)`;
    errors.push({ path: 'expires_in_seconds', message });
  }
  if (wish.reason.trim() === '') errors.push({ path: 'reason', message: 'must say why' });
  return errors;
}
