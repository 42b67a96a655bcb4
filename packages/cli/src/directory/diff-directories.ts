import type { DirectoryDocument } from '@hitl/core';

type Entry = DirectoryDocument['principals'][number];

export interface SetChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface EntryChange {
  readonly id: string;
  readonly groups: SetChange;
  readonly links: SetChange;
  readonly kind?: { readonly before: Entry['kind']; readonly after: Entry['kind'] };
  readonly display_name?: { readonly before: string; readonly after: string };
}

export interface DirectoryChanges {
  readonly added: readonly Entry[];
  readonly removed: readonly Entry[];
  readonly changed: readonly EntryChange[];
}

/** What another directory would change, by id. The order of entries, groups and links means nothing. */
export function diffDirectories(
  before: DirectoryDocument | undefined,
  after: DirectoryDocument,
): DirectoryChanges {
  const earlier = new Map((before?.principals ?? []).map((entry) => [entry.id, entry]));
  const later = new Set(after.principals.map(({ id }) => id));
  return {
    added: after.principals.filter(({ id }) => !earlier.has(id)),
    removed: [...earlier.values()].filter(({ id }) => !later.has(id)),
    changed: after.principals.flatMap((entry) => {
      const old = earlier.get(entry.id);
      const change = old === undefined ? undefined : diffEntries(old, entry);
      return change === undefined ? [] : [change];
    }),
  };
}

function diffEntries(before: Entry, after: Entry): EntryChange | undefined {
  const change: EntryChange = {
    id: after.id,
    groups: diffSets(before.groups, after.groups),
    links: diffSets(before.links ?? [], after.links ?? []),
    ...(before.kind === after.kind ? {} : { kind: { before: before.kind, after: after.kind } }),
    ...(before.display_name === after.display_name
      ? {}
      : { display_name: { before: before.display_name ?? '', after: after.display_name ?? '' } }),
  };
  const isSame =
    [change.groups, change.links].every(({ added, removed }) => added.length + removed.length === 0) &&
    change.kind === undefined &&
    change.display_name === undefined;
  return isSame ? undefined : change;
}

function diffSets(before: readonly string[], after: readonly string[]): SetChange {
  const [old, now] = [new Set(before), new Set(after)];
  return {
    added: [...now].filter((each) => !old.has(each)),
    removed: [...old].filter((each) => !now.has(each)),
  };
}
