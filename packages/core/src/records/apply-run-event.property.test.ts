import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { history, sealed } from '../../test/arbitrary-history.ts';
import type { JsonObject } from '../canonical-json.ts';
import { IntegrityError } from '../errors/index.ts';
import { type AuditEntry, applyRunEvent, auditEntryHash, type RunEvent, type RunState } from './index.ts';

/** As every reader of the record does it: an entry is what its hash says, or nothing is decided on it. */
function fold(entries: readonly AuditEntry[]): RunState {
  let state: RunState | undefined;
  for (const entry of entries) {
    if (auditEntryHash(entry) !== entry.hash) throw new IntegrityError('an entry does not hash to its hash');
    state = applyRunEvent(state, entry);
  }
  if (state === undefined) throw new IntegrityError('there is no entry');
  return state;
}

const plain = (state: RunState): unknown => ({
  ...state,
  calls: [...state.calls],
  approvals: [...state.approvals],
});
const rehashed = (entry: AuditEntry): AuditEntry => ({ ...entry, hash: auditEntryHash(entry) });
const historyAndPlaces = history.chain((entries) =>
  fc.tuple(fc.constant(entries), fc.nat({ max: entries.length - 1 }), fc.nat({ max: entries.length - 1 })),
);

describe('a run, folded from its entries', () => {
  it('is the same each time, and from whichever point the fold goes on', () => {
    fc.assert(
      fc.property(historyAndPlaces, ([entries, place]) => {
        const whole = fold(entries);
        expect(plain(fold(entries))).toEqual(plain(whole));
        let state = fold(entries.slice(0, place + 1));
        for (const entry of entries.slice(place + 1)) state = applyRunEvent(state, entry);
        expect(plain(state)).toEqual(plain(whole));
        expect([whole.sequence, whole.head_hash]).toEqual([entries.length, entries.at(-1)?.hash]);
      }),
    );
  });

  it('is as it was, whatever is folded onto it', () => {
    fc.assert(
      fc.property(history, (entries) => {
        let state: RunState | undefined;
        for (const entry of entries) {
          const [before, entryBefore] = [state && JSON.stringify(plain(state)), JSON.stringify(entry)];
          const next = applyRunEvent(state, entry);
          expect(state && JSON.stringify(plain(state))).toBe(before);
          expect(JSON.stringify(entry)).toBe(entryBefore);
          state = next;
        }
      }),
    );
  });

  it('holds what the entries say: totals, decisions, votes on the current digest only, waiting while something is pending', () => {
    fc.assert(
      fc.property(history, (entries) => {
        const run = fold(entries);
        const of = (type: string) => entries.filter((entry) => entry.type === type).map(({ data }) => data);
        const tokens = of('model-answered').map((data) => (data.usage as JsonObject).input_tokens as number);
        expect(run.usage.input_tokens).toBe(tokens.reduce((a, b) => a + b, 0));
        expect([...run.calls.keys()]).toEqual(of('call-decided').map((data) => data.call_id));
        for (const approval of run.approvals.values()) {
          const own = entries.filter(({ data }) => data.approval_id === approval.approval_id);
          const lastEdit = own.findLastIndex((entry) => entry.type === 'approval-edited');
          const votes = (part: readonly AuditEntry[]) =>
            part.filter((entry) => entry.type === 'vote-cast').map(({ data }) => data.vote);
          expect(approval.votes).toEqual(votes(own.slice(lastEdit + 1)));
          expect(approval.void_votes).toEqual(votes(own.slice(0, lastEdit + 1)));
          expect(approval.status === 'pending').toBe(!own.some((entry) => entry.type === 'approval-decided'));
        }
        if (run.output === undefined) {
          const isPending = [...run.approvals.values()].some(({ status }) => status === 'pending');
          expect(run.status).toBe(isPending ? 'awaiting_approval' : 'running');
        }
      }),
    );
  });

  it('stops at an entry that was dropped, unless it was the last: what is missing there only a checkpoint tells', () => {
    fc.assert(
      fc.property(historyAndPlaces, ([entries, place]) => {
        fc.pre(place < entries.length - 1);
        expect(() => fold(entries.filter((_, index) => index !== place))).toThrow(IntegrityError);
      }),
    );
  });

  it('stops at entries that changed places, and at one that is there twice', () => {
    fc.assert(
      fc.property(historyAndPlaces, ([entries, place, other]) => {
        const swapped = [...entries];
        [swapped[place], swapped[other]] = [entries[other] as AuditEntry, entries[place] as AuditEntry];
        if (place !== other) expect(() => fold(swapped)).toThrow(IntegrityError);
        const twice = entries.flatMap((entry, index) => (index === place ? [entry, entry] : [entry]));
        expect(() => fold(twice)).toThrow(IntegrityError);
      }),
    );
  });

  it('stops at an entry of which any member was changed', () => {
    const changes: ((entry: AuditEntry) => AuditEntry)[] = [
      (entry) => ({ ...entry, stream: `${entry.stream}0` }),
      (entry) => ({ ...entry, sequence: entry.sequence + 1 }),
      (entry) => ({ ...entry, at: '2026-11-24T00:00:00.000Z' }),
      (entry) => ({ ...entry, actor: 'mallory' }),
      (entry) => ({ ...entry, type: 'vote-cast', data: { ...entry.data, more: 1 } }),
      (entry) => ({ ...entry, data: { ...entry.data, more: 1 } }),
      (entry) => ({ ...entry, previous_hash: 'f'.repeat(64) }),
      (entry) => ({ ...entry, hash: 'f'.repeat(64) }),
    ];
    fc.assert(
      fc.property(historyAndPlaces, fc.constantFrom(...changes), ([entries, place], change) => {
        const changed = entries.map((entry, index) => (index === place ? change(entry) : entry));
        expect(() => fold(changed)).toThrow(IntegrityError);
      }),
    );
  });

  it('stops right behind an entry that was changed and hashed anew', () => {
    fc.assert(
      fc.property(historyAndPlaces, ([entries, place]) => {
        fc.pre(place < entries.length - 1);
        const forged = entries.map((entry, index) =>
          index === place ? rehashed({ ...entry, actor: 'mallory' }) : entry,
        );
        expect(() => fold(forged)).toThrow(IntegrityError);
      }),
    );
  });

  it('stops at entries of another run', () => {
    fc.assert(
      fc.property(history, history, (one, other) => {
        const foreign = other.map((entry) => rehashed({ ...entry, stream: 'run:run_2' }));
        expect(() => fold(foreign)).toThrow(IntegrityError);
        expect(() => fold([...one.slice(0, 1), ...foreign.slice(1)])).toThrow(IntegrityError);
      }),
    );
  });

  it.each<[string, RunEvent]>([
    ['starts a second time', { type: 'run-started', data: {} as never }],
    ['is of an unknown type', { type: 'something-else' as never, data: {} as never }],
    ['lacks a member', { type: 'run-finished', data: { status: 'completed' } as never }],
    [
      'has a member too many',
      { type: 'run-finished', data: { status: 'completed', output: '', x: 1 } as never },
    ],
    [
      'names a call that was never decided',
      { type: 'execution-unknown', data: { call_id: 'none', reason: '' } },
    ],
    [
      'names an approval that nobody asked for',
      { type: 'approval-decided', data: { approval_id: 'none', status: 'approved', by: [] } },
    ],
  ])('stops at a well-linked entry that %s', (_what, event) => {
    fc.assert(
      fc.property(history, (entries) => {
        const run = fold(entries);
        expect(() => applyRunEvent(run, sealed(entries.at(-1), run.run_id, event))).toThrow(IntegrityError);
      }),
      { numRuns: 20 },
    );
  });

  it('never takes a second decision on one request', () => {
    fc.assert(
      fc.property(history, (entries) => {
        const run = fold(entries);
        const decided = [...run.approvals.values()].find(({ status }) => status !== 'pending');
        fc.pre(decided !== undefined);
        const data = {
          approval_id: decided?.approval_id ?? '',
          status: 'approved' as const,
          by: ['mallory'],
        };
        const event: RunEvent = { type: 'approval-decided', data };
        expect(() => applyRunEvent(run, sealed(entries.at(-1), run.run_id, event))).toThrow(IntegrityError);
      }),
      { numRuns: 50 },
    );
  });
});
