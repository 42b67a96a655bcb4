import { decideGrantCreation, decideGrantRevocation, type GrantWish } from '@hitl/approvals';
import { type GrantState, InvalidInputError, NotFoundError, redactText } from '@hitl/core';
import type { RequestDeps } from './application-deps.ts';
import { type Caller, resolveKnown } from './caller.ts';
import { holdsSecret } from './gate-call.ts';
import { appendToGrant } from './grant-ledger.ts';
import { recordingRefusals } from './record-refusal.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

export type GrantRequest = GrantWish;

/** Gives a pre-approval. @throws InvalidInputError / ForbiddenError with the field or the rule that it breaks. */
export async function createGrant(
  deps: RequestDeps,
  caller: Caller,
  request: GrantRequest,
): Promise<GrantState> {
  if (holdsSecret(request.arguments)) {
    const message = 'must not hold a password or key: those never reach the record';
    throw new InvalidInputError(`arguments ${message}`, { errors: [{ path: 'arguments', message }] });
  }
  return recordingRefusals(deps, caller, async () => {
    const grantor = await resolveKnown(deps.directory, caller);
    const grantId = deps.ids.next('grt');
    const event = decideGrantCreation({
      grantId,
      grantor,
      grantee: await deps.directory.find(request.grantee_id),
      channel: caller.channel,
      request: { ...request, reason: redactText(request.reason) },
      nowMs: deps.clock.now(),
    });
    const state = await appendToGrant(deps, grantId, grantor.id, () => event);
    return state ?? missing(grantId);
  });
}

/** Ends a grant at once. Its grantor, its grantee and members of the grantor's groups may. */
export async function revokeGrant(
  deps: RequestDeps,
  caller: Caller,
  grantId: string,
  reason?: string,
): Promise<GrantState> {
  return recordingRefusals(deps, caller, async () => {
    const principal = await resolveKnown(deps.directory, caller);
    return retryOnConflict(async () => {
      let current: GrantState | undefined;
      const next = await appendToGrant(deps, grantId, principal.id, (state) => {
        current = state ?? missing(grantId);
        return decideGrantRevocation(
          current,
          principal,
          reason === undefined ? undefined : redactText(reason),
        );
      });
      return next ?? current ?? missing(grantId);
    });
  });
}

function missing(grantId: string): never {
  throw new NotFoundError(`there is no grant ${grantId}`);
}
