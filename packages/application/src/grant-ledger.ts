import { applyGrantEvent } from '@hitl/approvals';
import { sealEntry } from '@hitl/audit';
import { type GrantEvent, type GrantState, grantStream, type JsonObject, type Vote } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

type GrantDeps = Pick<ApplicationDeps, 'log' | 'grants' | 'clock'>;

/** The verdict on a use: the grantor's vote with the event that spends the use, or why it does not fit. */
export type GrantVerdict =
  | { readonly kind: 'used'; readonly vote: Vote; readonly event: GrantEvent | undefined }
  | { readonly kind: 'refused'; readonly code: string };

/** A grant as its stream stands now; `undefined` when there is none. */
export async function loadGrant(
  deps: Pick<GrantDeps, 'log'>,
  grantId: string,
): Promise<GrantState | undefined> {
  let state: GrantState | undefined;
  for (const entry of await deps.log.read(grantStream(grantId))) state = applyGrantEvent(state, entry);
  return state;
}

/**
 * Appends what `decide` makes of the grant as it stands, in one conditional write, and brings the list up to date.
 * Returns the state after it; `undefined` when `decide` wants nothing written.
 * @throws SequenceConflictError when the stream moved between the decision and the write.
 */
export async function appendToGrant(
  deps: GrantDeps,
  grantId: string,
  actor: string,
  decide: (state: GrantState | undefined) => GrantEvent | undefined,
): Promise<GrantState | undefined> {
  const stream = grantStream(grantId);
  const entries = await deps.log.read(stream);
  let state: GrantState | undefined;
  for (const entry of entries) state = applyGrantEvent(state, entry);
  const event = decide(state);
  if (event === undefined) return undefined;
  const entry = sealEntry({
    stream,
    head: entries.at(-1),
    type: event.type,
    actor,
    data: event.data as unknown as JsonObject,
    at: new Date(deps.clock.now()).toISOString(),
  });
  const next = applyGrantEvent(state, entry);
  await deps.log.append(entry);
  await deps.grants.put({
    ...next.grant,
    uses: next.uses.length,
    revoked: next.revoked_by !== undefined,
    created_at: entries[0]?.at ?? entry.at,
    sequence: next.sequence,
  });
  return next;
}

/**
 * Spends one use, decided on the grant's own record: of two runs that want the last use one gets it. Returns the grantor's
 * vote, or `undefined` when the grant does not fit (any more).
 */
export async function useGrant(
  deps: GrantDeps,
  grant: { readonly grant_id: string; readonly grantor_id: string },
  decide: (state: GrantState) => GrantVerdict,
): Promise<Vote | undefined> {
  return retryOnConflict(async () => {
    let vote: Vote | undefined;
    await appendToGrant(deps, grant.grant_id, grant.grantor_id, (state) => {
      const verdict = state === undefined ? undefined : decide(state);
      vote = verdict?.kind === 'used' ? verdict.vote : undefined;
      return verdict?.kind === 'used' ? verdict.event : undefined;
    });
    return vote;
  });
}
