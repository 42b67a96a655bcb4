import type { ItemStore, JsonObject } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { type CreateSubject, openSubject } from './open-subject.ts';

export function describeItemStoreContract(name: string, create: CreateSubject<ItemStore>): void {
  describe(`${name} keeps the ItemStore contract`, () => {
    const open = openSubject(create);
    const any = { ifVersion: 'any' } as const;
    const absent = { ifVersion: 'absent' } as const;

    it('gives back what was put, whatever JSON it is, and nothing for another key', async () => {
      const { subject } = await open();
      const value: JsonObject = {
        a: [1, null, { '': 'ü\u0000😀' }],
        big: 1e300,
        small: 5e-324,
        e: {},
        t: true,
      };
      const version = await subject.put('card#1', value, absent);
      expect(await subject.get('card#1')).toEqual({ value, version });
      for (const other of ['card#', 'card#10', 'CARD#1', '__proto__'])
        expect(await subject.get(other)).toBeUndefined();
    });

    it('writes only where the condition holds, and says with undefined that it does not', async () => {
      const { subject } = await open();
      expect(await subject.put('k', { n: 0 }, { ifVersion: 1 })).toBeUndefined();
      expect(await subject.get('k')).toBeUndefined();
      const first = Number(await subject.put('k', { n: 1 }, absent));
      expect(await subject.put('k', { n: 2 }, absent)).toBeUndefined();
      expect(await subject.put('k', { n: 2 }, { ifVersion: first + 1 })).toBeUndefined();
      expect(await subject.get('k')).toEqual({ value: { n: 1 }, version: first });
      const second = Number(await subject.put('k', { n: 2 }, { ifVersion: first }));
      expect(second).toBeGreaterThan(first);
      expect(await subject.put('k', { n: 3 }, { ifVersion: first })).toBeUndefined();
      const third = Number(await subject.put('k', { n: 3 }, any));
      expect(third).toBeGreaterThan(second);
      expect(await subject.get('k')).toEqual({ value: { n: 3 }, version: third });
    });

    it('keeps an item until its time is over, then it is absent to everybody', async () => {
      const { subject, clock } = await open();
      const version = Number(await subject.put('k', { n: 1 }, { ...absent, ttlSeconds: 10 }));
      await subject.put('stays', { n: 1 }, absent);
      clock.advance(9999);
      expect(await subject.get('k')).toEqual({ value: { n: 1 }, version });
      expect(await subject.put('k', { n: 2 }, absent)).toBeUndefined();
      clock.advance(1);
      expect(await subject.get('k')).toBeUndefined();
      expect(await subject.put('k', { n: 2 }, { ifVersion: version })).toBeUndefined();
      expect(await subject.delete('k')).toBe(false);
      expect(await subject.delete('k', version)).toBe(false);
      expect(Number(await subject.put('k', { n: 3 }, { ...absent, ttlSeconds: 10 }))).toBeGreaterThan(
        version,
      );
      clock.advance(10_000_000_000);
      expect(await subject.get('stays')).toMatchObject({ value: { n: 1 } });
    });

    it('takes the time of the newest write: shorter, longer, or none', async () => {
      const { subject, clock } = await open();
      await subject.put('k', { n: 1 }, { ...any, ttlSeconds: 10 });
      await subject.put('k', { n: 2 }, { ...any, ttlSeconds: 20 });
      await subject.put('l', { n: 1 }, { ...any, ttlSeconds: 10 });
      await subject.put('l', { n: 2 }, any);
      clock.advance(10_000);
      expect(await subject.get('k')).toMatchObject({ value: { n: 2 } });
      clock.advance(10_000);
      expect(await subject.get('k')).toBeUndefined();
      expect(await subject.get('l')).toMatchObject({ value: { n: 2 } });
    });

    it('deletes once, and only the version that was named', async () => {
      const { subject, clock } = await open();
      const first = Number(await subject.put('k', { n: 1 }, absent));
      const second = Number(await subject.put('k', { n: 2 }, any));
      expect(await subject.delete('k', first)).toBe(false);
      expect(await subject.get('k')).toMatchObject({ version: second });
      expect(await subject.delete('k', second)).toBe(true);
      expect(await subject.delete('k')).toBe(false);
      expect(await subject.get('k')).toBeUndefined();
      clock.advance(1);
      // What held the old version must not be able to touch the new item.
      expect(Number(await subject.put('k', { n: 3 }, absent))).toBeGreaterThan(second);
      expect(await subject.delete('k')).toBe(true);
    });

    it('lets one of many racing callers win', async () => {
      const { subject } = await open();
      const racing = async (ifVersion: number | 'absent'): Promise<number[]> => {
        const versions = await Promise.all(
          Array.from({ length: 20 }, (_, i) => subject.put('k', { i }, { ifVersion })),
        );
        return versions.filter((version) => version !== undefined);
      };
      const [version = 0, ...more] = await racing('absent');
      expect(more).toEqual([]);
      expect(await racing(version)).toHaveLength(1);
      const deleted = await Promise.all(Array.from({ length: 10 }, () => subject.delete('k')));
      expect(deleted.filter(Boolean)).toHaveLength(1);
    });

    it('gives every unconditional write a version of its own', async () => {
      const { subject } = await open();
      const versions = await Promise.all(Array.from({ length: 20 }, (_, i) => subject.put('k', { i }, any)));
      expect(new Set(versions).size).toBe(20);
      const newest = Math.max(...versions.map(Number));
      expect(await subject.get('k')).toEqual({ value: { i: versions.indexOf(newest) }, version: newest });
    });
  });
}
