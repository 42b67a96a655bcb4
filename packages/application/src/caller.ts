import { type Assurance, type Channel, type Directory, ForbiddenError, type Principal } from '@hitl/core';

/** Who a channel says is there, and how strongly it knows. */
export interface Caller {
  readonly id: string;
  readonly kind: 'user' | 'service';
  readonly assurance: Assurance;
  readonly channel: Channel;
}

/** A requester: someone the directory does not know may ask, but belongs to no group. The policy decides what that is worth. */
export async function resolveRequester(directory: Directory, caller: Caller): Promise<Principal> {
  const entry = await directory.find(caller.id);
  return {
    id: caller.id,
    kind: entry?.kind ?? caller.kind,
    groups: [...(entry?.groups ?? [])],
    assurance: caller.assurance,
  };
}

/** Somebody who decides, edits or administers must be known. Groups are read anew each time: a removed approver is out at once. */
export async function resolveKnown(directory: Directory, caller: Caller): Promise<Principal> {
  const entry = await directory.find(caller.id);
  if (entry === undefined)
    throw new ForbiddenError('unknown_principal', `the directory does not know ${caller.id}`);
  return { id: entry.id, kind: entry.kind, groups: [...entry.groups], assurance: caller.assurance };
}
