import { type Clock, checkPageLimit, type MemoryStore, type MemoryTurn, systemClock } from '@hitl/core';

interface StoredTurn {
  readonly turnId: string;
  readonly turn: MemoryTurn;
  readonly expiresAtMs: number;
}

export function createMemoryMemoryStore(options: { clock?: Clock } = {}): MemoryStore {
  const clock = options.clock ?? systemClock;
  const sessions = new Map<string, Map<string, StoredTurn>>();
  const keyOf = (key: { principal_id: string; session_id: string }): string =>
    JSON.stringify([key.principal_id, key.session_id]);
  return {
    async append(key, turnId, turn, expiresAtMs) {
      const session = sessions.get(keyOf(key)) ?? new Map<string, StoredTurn>();
      sessions.set(keyOf(key), session);
      const stored = session.get(turnId);
      if (stored !== undefined && stored.expiresAtMs > clock.now()) return;
      session.set(turnId, { turnId, turn: { ...turn }, expiresAtMs });
    },
    async recent(key, limit) {
      return [...(sessions.get(keyOf(key))?.values() ?? [])]
        .filter((stored) => stored.expiresAtMs > clock.now())
        .sort(compareTurns)
        .slice(-checkPageLimit(limit))
        .map((stored) => ({ ...stored.turn }));
    },
    async forget(key) {
      sessions.delete(keyOf(key));
    },
  };
}

function compareTurns(a: StoredTurn, b: StoredTurn): number {
  const byTime = Date.parse(a.turn.at) - Date.parse(b.turn.at);
  if (byTime !== 0) return byTime;
  if (a.turn.role !== b.turn.role) return a.turn.role === 'user' ? -1 : 1;
  return a.turnId < b.turnId ? -1 : 1;
}
