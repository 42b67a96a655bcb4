import type { Directory, DirectoryEntry } from '@hitl/core';

export interface MemoryDirectory extends Directory {
  /** Adds an entry, or replaces the one with the same id: memberships change while votes are open. */
  set(entry: DirectoryEntry): void;
  remove(id: string): void;
}

export function createMemoryDirectory(entries: readonly DirectoryEntry[] = []): MemoryDirectory {
  const byId = new Map(entries.map((entry) => [entry.id, structuredClone(entry)]));
  const copies = (): DirectoryEntry[] => [...byId.values()].map((entry) => structuredClone(entry));
  return {
    async find(id) {
      return structuredClone(byId.get(id));
    },
    async findByLink(link) {
      return copies().find((entry) => entry.links?.includes(link) === true);
    },
    async membersOf(group) {
      return copies()
        .filter((entry) => entry.groups.includes(group))
        .map((entry) => entry.id)
        .sort();
    },
    async list() {
      return copies();
    },
    set(entry) {
      byId.set(entry.id, structuredClone(entry));
    },
    remove(id) {
      byId.delete(id);
    },
  };
}
