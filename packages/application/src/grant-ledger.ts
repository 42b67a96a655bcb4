import { applyGrantEvent, type GrantUse } from '@hitl/approvals';
import { sealEntry } from '@hitl/audit';
import { type GrantEvent, type GrantState, grantStream, type JsonObject, type Vote } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

type GrantDeps = Pick<ApplicationDeps, 'log' | 'grants' | 'clock'>;

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
 * vote, or `undefined` when the grant does not fit (any more). Why it does not is on its record, once for each reason: a grant
 * that no longer works and is asked for every minute must not fill the record with the same line.
 */
export async function useGrant(
  deps: GrantDeps,
  grant: { readonly grant_id: string; readonly grantor_id: string },
  decide: (state: GrantState) => GrantUse,
): Promise<Vote | undefined> {
  return retryOnConflict(async () => {
    let vote: Vote | undefined;
    await appendToGrant(deps, grant.grant_id, grant.grantor_id, (state) => {
      if (state === undefined) return undefined;
      const use = decide(state);
      vote = use.kind === 'used' ? use.vote : undefined;
      if (use.kind === 'used') return use.event;
      return state.refused_codes?.includes(use.code) === true ? undefined : use.event;
    });
    return vote;
  });
}
