import type { MemoryStore, MemoryTurn } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { type CreateSubject, openSubject } from './open-subject.ts';

const start = Date.parse('2026-11-23T09:00:00.000Z');
const key = { principal_id: 'ada', session_id: 'ses_1' };

function turn(text: string, second = 0, role: MemoryTurn['role'] = 'user'): MemoryTurn {
  return { role, text, at: new Date(start + second * 1000).toISOString() };
}

export function describeMemoryStoreContract(name: string, create: CreateSubject<MemoryStore>): void {
  describe(`${name} keeps the MemoryStore contract`, () => {
    const open = openSubject(create);

    it('gives back the newest turns, the oldest of them first', async () => {
      const { subject, clock } = await open();
      const until = clock.now() + 60_000;
      for (const second of [3, 1, 5, 2, 4])
        await subject.append(key, `turn-${second}`, turn(`said ${second}`, second), until);
      expect(await subject.recent(key, 3)).toEqual([turn('said 3', 3), turn('said 4', 4), turn('said 5', 5)]);
      expect(await subject.recent({ ...key, session_id: 'ses_none' }, 3)).toEqual([]);
    });

    it('puts a question before its answer when both bear the same time', async () => {
      const { subject, clock } = await open();
      const until = clock.now() + 60_000;
      await subject.append(key, 'a', turn('the answer', 1, 'assistant'), until);
      await subject.append(key, 'b', turn('the question', 1), until);
      expect((await subject.recent(key, 5)).map(({ text }) => text)).toEqual(['the question', 'the answer']);
    });

    it('keeps a turn once, as it was said first', async () => {
      const { subject, clock } = await open();
      const until = clock.now() + 60_000;
      await subject.append(key, 'turn-1', turn('first', 1), until);
      await subject.append(key, 'turn-1', turn('first', 1), until);
      await subject.append(key, 'turn-1', turn('again, later', 2), until);
      expect(await subject.recent(key, 5)).toEqual([turn('first', 1)]);
    });

    it('keeps principals and sessions apart, also when their names run together', async () => {
      const { subject, clock } = await open();
      const until = clock.now() + 60_000;
      const keys = [
        { principal_id: 'ada', session_id: 'ses_1' },
        { principal_id: 'ada', session_id: 'ses_2' },
        { principal_id: 'bob', session_id: 'ses_1' },
        { principal_id: 'a#b', session_id: 'c' },
        { principal_id: 'a', session_id: 'b#c' },
        { principal_id: 'a","b', session_id: 'c' },
        { principal_id: 'a', session_id: 'b","c' },
      ];
      for (const [i, each] of keys.entries()) await subject.append(each, 'turn', turn(`text ${i}`), until);
      for (const [i, each] of keys.entries())
        expect(await subject.recent(each, 5)).toEqual([turn(`text ${i}`)]);
      const [first, second] = keys;
      if (first === undefined || second === undefined) throw new Error('unreachable');
      await subject.forget(first);
      expect(await subject.recent(first, 5)).toEqual([]);
      expect(await subject.recent(second, 5)).toHaveLength(1);
    });

    it('does not show a turn whose time is over, and looks behind it for older ones that live', async () => {
      const { subject, clock } = await open();
      await subject.append(key, 'lasting', turn('lasting', 1), clock.now() + 60_000);
      for (let i = 0; i < 5; i += 1)
        await subject.append(key, `short-${i}`, turn(`short ${i}`, 2 + i), clock.now() + 1000);
      clock.advance(1000);
      expect(await subject.recent(key, 3)).toEqual([turn('lasting', 1)]);
    });

    it('forgets a long session whole, and can begin anew', async () => {
      const { subject, clock } = await open();
      const until = clock.now() + 60_000;
      for (let i = 0; i < 60; i += 1) await subject.append(key, `turn-${i}`, turn(`said ${i}`, i), until);
      await subject.forget(key);
      expect(await subject.recent(key, 100)).toEqual([]);
      await subject.forget(key);
      await subject.append(key, 'turn-1', turn('new', 1), until);
      expect(await subject.recent(key, 100)).toEqual([turn('new', 1)]);
    });
  });
}
