import {
  type AuditEntry,
  type AuditLog,
  auditEntryHash,
  genesisHash,
  SequenceConflictError,
} from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { chainEntry } from '../chain-entry.ts';
import { collect } from './collect.ts';
import { type CreateSubject, openSubject } from './open-subject.ts';

export function describeAuditLogContract(name: string, create: CreateSubject<AuditLog>): void {
  describe(`${name} keeps the AuditLog contract`, () => {
    const open = openSubject(create);

    it('gives back what was appended, member for member', async () => {
      const { subject } = await open();
      const entry = chainEntry('run:1', undefined, {
        actor: 'ada',
        data: {
          text: 'ünïcode \u2028 𝄞 "quotes"',
          empty: '',
          none: null,
          flags: [true, false],
          nested: { '': [], __proto_: {}, deep: [[[[{}]]]] },
          numbers: [0, -1, 0.1, 1e21, 5e-324, 1.7976931348623157e308, 9007199254740991],
        },
      });
      await subject.append(entry);
      expect(await subject.read('run:1')).toEqual([entry]);
      expect(await subject.head('run:1')).toEqual(entry);
      expect(await collect(subject.readAll())).toEqual([entry]);
    });

    it('keeps members whose names mean something to JavaScript', async () => {
      const { subject } = await open();
      const data = JSON.parse(
        '{"__proto__":{"x":1},"constructor":"c","toString":null}',
      ) as AuditEntry['data'];
      const entry = chainEntry('run:1', undefined, { data });
      await subject.append(entry);
      const [read] = await subject.read('run:1');
      expect(read === undefined ? undefined : auditEntryHash(read)).toBe(entry.hash);
    });

    it('has nothing for a stream that nobody wrote to', async () => {
      const { subject } = await open();
      expect(await subject.read('run:none')).toEqual([]);
      expect(await subject.head('run:none')).toBeUndefined();
      expect(await collect(subject.readAll())).toEqual([]);
    });

    it('takes the very same entry again without storing it twice', async () => {
      const { subject } = await open();
      const entry = chainEntry('run:1', undefined);
      await subject.append(entry);
      await subject.append(entry);
      await Promise.all([subject.append(entry), subject.append(entry)]);
      expect(await subject.read('run:1')).toEqual([entry]);
    });

    it('refuses another entry for a sequence that is taken, and keeps the first', async () => {
      const { subject } = await open();
      const first = chainEntry('run:1', undefined, { actor: 'first' });
      await subject.append(first);
      const second = chainEntry('run:1', undefined, { actor: 'second' });
      await expect(subject.append(second)).rejects.toBeInstanceOf(SequenceConflictError);
      expect(await subject.read('run:1')).toEqual([first]);
    });

    it('lets exactly one of many racing writers win a sequence', async () => {
      const { subject } = await open();
      const entries = Array.from({ length: 20 }, (_, i) =>
        chainEntry('run:1', undefined, { actor: `writer-${i}` }),
      );
      const results = await Promise.allSettled(entries.map((entry) => subject.append(entry)));
      const winners = results.filter((result) => result.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(SequenceConflictError);
      }
      const winner = entries[results.findIndex((result) => result.status === 'fulfilled')];
      expect(await subject.read('run:1')).toEqual([winner]);
    });

    it('grows one chain without a gap when writers build on the head and go again after a conflict', async () => {
      const { subject } = await open();
      const write = async (actor: string): Promise<void> => {
        for (let count = 0; count < 5; ) {
          const head = await subject.head('run:1');
          try {
            await subject.append(chainEntry('run:1', head, { actor, data: { count } }));
            count += 1;
          } catch (error) {
            if (!(error instanceof SequenceConflictError)) throw error;
          }
        }
      };
      await Promise.all(['a', 'b', 'c', 'd'].map(write));
      const entries = await subject.read('run:1');
      expect(entries.map((entry) => entry.sequence)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      expect(entries.map((entry) => entry.previous_hash)).toEqual([
        genesisHash,
        ...entries.slice(0, -1).map((entry) => entry.hash),
      ]);
    });

    it('reads its own writes at once, in order, and only those after the given sequence', async () => {
      const { subject } = await open();
      const entries = await appendChain(subject, 'run:1', 12);
      expect((await subject.read('run:1')).map((entry) => entry.sequence)).toEqual(
        entries.map((entry) => entry.sequence),
      );
      expect(await subject.read('run:1', 9)).toEqual(entries.slice(9));
      expect(await subject.read('run:1', 12)).toEqual([]);
      expect(await subject.head('run:1')).toEqual(entries[11]);
    });

    it('keeps streams apart whose names begin alike', async () => {
      const { subject } = await open();
      const one = await appendChain(subject, 'run:1', 2);
      const eleven = await appendChain(subject, 'run:11', 3);
      expect(await subject.read('run:1')).toEqual(one);
      expect(await subject.read('run:11')).toEqual(eleven);
    });

    it('reads a stream that is larger than one answer of the store', async () => {
      const { subject } = await open();
      const text = 'x'.repeat(150_000);
      const entries = await appendChain(subject, 'run:large', 12, () => ({ text }));
      const read = await subject.read('run:large');
      expect(read.map((entry) => entry.hash)).toEqual(entries.map((entry) => entry.hash));
      expect((await collect(subject.readAll())).map((entry) => entry.sequence)).toEqual(
        entries.map((entry) => entry.sequence),
      );
    });

    it('finds every entry of an interval, its start included and its end not', async () => {
      const { subject } = await open();
      const times = [
        '2026-11-22T23:59:59.999Z',
        '2026-11-23T00:00:00Z',
        '2026-11-23T00:00:00.000Z',
        '2026-11-23T00:00:00.001Z',
        '2026-11-23T23:59:59.999Z',
        '2026-11-24T00:00:00.000Z',
        '2026-11-25T12:00:00.000Z',
      ];
      const written: AuditEntry[] = [];
      for (const [i, at] of times.entries()) written.push(chainEntry(`run:${i}`, undefined, { at }));
      for (const entry of written) await subject.append(entry);
      const between = async (from: string, to: string): Promise<string[]> =>
        (await collect(subject.readInterval(from, to))).map((entry) => entry.stream).sort();
      expect(await between('2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z')).toEqual([
        'run:1',
        'run:2',
        'run:3',
        'run:4',
      ]);
      expect(await between('2026-11-22T00:00:00Z', '2026-11-26T00:00:00Z')).toHaveLength(times.length);
      expect(await between('2026-11-23T00:00:00.000Z', '2026-11-23T00:00:00.000Z')).toEqual([]);
    });

    it('reads every entry of every stream, each stream in sequence', async () => {
      const { subject } = await open();
      const streams = ['run:a', 'run:b', 'grant:c', 'tool-pins', 'policy'];
      for (const [i, stream] of streams.entries()) await appendChain(subject, stream, i + 2);
      const sequences = new Map<string, number[]>();
      for await (const entry of subject.readAll())
        sequences.set(entry.stream, [...(sequences.get(entry.stream) ?? []), entry.sequence]);
      expect(Object.fromEntries(sequences)).toEqual(
        Object.fromEntries(
          streams.map((stream, i) => [stream, Array.from({ length: i + 2 }, (_, n) => n + 1)]),
        ),
      );
    });

    it('does not let a reader change what is stored', async () => {
      const { subject } = await open();
      const entry = chainEntry('run:1', undefined, { data: { list: [1] } });
      await subject.append(entry);
      const [read] = await subject.read('run:1');
      if (read !== undefined) read.data.list = ['changed'];
      expect(await subject.head('run:1')).toEqual(chainEntry('run:1', undefined, { data: { list: [1] } }));
    });
  });
}

async function appendChain(
  log: AuditLog,
  stream: string,
  count: number,
  dataOf: (sequence: number) => AuditEntry['data'] = (sequence) => ({ sequence }),
): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (let sequence = 1; sequence <= count; sequence += 1) {
    const entry = chainEntry(stream, entries.at(-1), { data: dataOf(sequence) });
    await log.append(entry);
    entries.push(entry);
  }
  return entries;
}
