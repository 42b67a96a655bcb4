import { type Clock, InvalidInputError, type MemoryStore, type MemoryTurn, redactText } from '@hitl/core';
import { approximateTokens } from './approximate-tokens.ts';

/** Whose turns: one principal in one session sees none of another principal's or session's. */
export interface MemoryKey {
  readonly principal_id: string;
  readonly session_id: string;
}

export interface ShortTermMemoryOptions {
  readonly store: MemoryStore;
  readonly clock: Clock;
  /** What all recalled turns together may take of the prompt, in approximate tokens. */
  readonly tokenBudget?: number;
  /** How long a turn is remembered. */
  readonly ttlSeconds?: number;
  /** Most turns ever recalled, however short they are. */
  readonly maximumTurns?: number;
}

/** The last turns of a session, for the next prompt. A convenience: the record holds what happened. */
export interface ShortTermMemory {
  /** Keeps a turn without its secrets. Idempotent by `turnId`. An empty text is not kept. */
  remember(
    key: MemoryKey,
    turnId: string,
    turn: Pick<MemoryTurn, 'role' | 'text'> & { readonly at?: string },
  ): Promise<void>;
  /** The newest turns that fit the budget, oldest first; the newest one is cut visibly where it alone does not fit. */
  recall(key: MemoryKey): Promise<MemoryTurn[]>;
  forget(key: MemoryKey): Promise<void>;
}

const cutMark = ' [… cut]';

export function createShortTermMemory(options: ShortTermMemoryOptions): ShortTermMemory {
  const { store, clock } = options;
  const tokenBudget = options.tokenBudget ?? 2000;
  const ttlMs = (options.ttlSeconds ?? 86_400) * 1000;
  const maximumTurns = options.maximumTurns ?? 50;

  return {
    async remember(key, turnId, { role, text, at }) {
      const kept = redactText(text).trim();
      if (kept === '') return;
      const nowMs = clock.now();
      const turn = { role, text: kept, at: at ?? new Date(nowMs).toISOString() };
      await store.append(checkKey(key), turnId, turn, Date.parse(turn.at) + ttlMs);
    },
    async recall(key) {
      const oldestMs = clock.now() - ttlMs;
      // The store's own clean-up may lag, and the time to live may have been shortened since.
      const turns = (await store.recent(checkKey(key), maximumTurns)).filter(
        (turn) => Date.parse(turn.at) > oldestMs,
      );
      return withinBudget(turns, tokenBudget);
    },
    async forget(key) {
      await store.forget(checkKey(key));
    },
  };
}

/** An empty id would be a place that everybody without one shares. */
function checkKey(key: MemoryKey): MemoryKey {
  for (const path of ['principal_id', 'session_id'] as const) {
    const message = 'must not be empty';
    if (key[path] === '') throw new InvalidInputError(`${path} ${message}`, { errors: [{ path, message }] });
  }
  return { principal_id: key.principal_id, session_id: key.session_id };
}

function withinBudget(turns: readonly MemoryTurn[], tokenBudget: number): MemoryTurn[] {
  const kept: MemoryTurn[] = [];
  let left = tokenBudget;
  for (const turn of turns.toReversed()) {
    const cost = approximateTokens(turn.text);
    if (cost > left) {
      const cut = kept.length === 0 ? cutTo(turn.text, left) : '';
      if (cut !== '') kept.push({ ...turn, text: cut });
      break;
    }
    left -= cost;
    kept.push(turn);
  }
  return kept.reverse();
}

/** The longest beginning of a text that fits together with its mark; nothing where not even the mark does. */
function cutTo(text: string, tokens: number): string {
  const characters = [...text];
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (approximateTokens(characters.slice(0, middle).join('') + cutMark) <= tokens) fits = middle;
    else tooLong = middle;
  }
  return fits === 0 ? '' : characters.slice(0, fits).join('') + cutMark;
}
