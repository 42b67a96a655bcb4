import { type AuditEntry, auditEntryHash, checkpointsStream, type JsonObject } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { blobOfRun, createFilledRecord, type SampleRecord } from '../test/sample-record.ts';
import { createChainVerifier } from './create-chain-verifier.ts';
import { verifyLog } from './verify-log.ts';

const reseal = (entry: AuditEntry, change: Partial<AuditEntry>): AuditEntry => {
  const changed = { ...entry, ...change };
  return { ...changed, hash: auditEntryHash(changed) };
};

/** Rewrites a stream from one entry on as somebody would who can write to the store and knows how to seal. */
async function rewrite(record: SampleRecord, stream: string, from: number, data: JsonObject): Promise<void> {
  let previous: string | undefined;
  for (const { sequence } of await record.log.read(stream, from - 1)) {
    record.log.tamper(stream, sequence, (entry) => {
      const next = reseal(entry, previous === undefined ? { data } : { previous_hash: previous });
      previous = next.hash;
      return next;
    });
  }
}

describe('verifying the record', () => {
  it('finds a sound record sound and says what it looked at', async () => {
    const record = await createFilledRecord();
    const newest = await record.log.head(checkpointsStream);
    expect(await verifyLog(record)).toEqual({
      ok: true,
      entries: 12,
      streams: 4,
      checkpoints: 2,
      blobs: 3,
      head: newest?.hash,
      late_entries: 0,
    });
  });

  it.each([
    ['changed content', (e: AuditEntry) => ({ ...e, data: { ...e.data, step: 7 } }), 'hash_mismatch', 2],
    ['a changed actor', (e: AuditEntry) => ({ ...e, actor: 'mallory' }), 'hash_mismatch', 2],
    ['changed content, sealed anew', (e: AuditEntry) => reseal(e, { data: {} }), 'wrong_previous_hash', 3],
    ['a removed entry', () => undefined, 'gap', 3],
    [
      'a false link',
      (e: AuditEntry) => reseal(e, { previous_hash: 'b'.repeat(64) }),
      'wrong_previous_hash',
      2,
    ],
    [
      'a time before the entry before',
      (e: AuditEntry) => reseal(e, { at: '2020-01-01T00:00:00.000Z' }),
      'time_backwards',
      2,
    ],
    ['a malformed entry', (e: AuditEntry) => ({ ...e, hash: 'x' }), 'schema', 2],
    ['a superfluous member', (e: AuditEntry) => ({ ...e, note: 'hi' }), 'schema', 2],
  ] as const)('pinpoints %s', async (_title, change, what, sequence) => {
    const record = await createFilledRecord();
    record.log.tamper('run:run_b', 2, change);
    const { ok, problem } = await verifyLog(record);
    expect(ok).toBe(false);
    expect(problem).toMatchObject({ stream: 'run:run_b', sequence, what });
  });

  it('misses a whole run that was dropped', async () => {
    const record = await createFilledRecord();
    for (const sequence of [1, 2, 3]) record.log.tamper('run:run_b', sequence, () => undefined);
    expect((await verifyLog(record)).problem).toMatchObject({
      what: 'stream_missing',
      stream: 'run:run_b',
      sequence: 3,
    });
  });

  it('misses the end of a run that was cut off', async () => {
    const record = await createFilledRecord();
    record.log.tamper('run:run_b', 3, () => undefined);
    expect((await verifyLog(record)).problem).toMatchObject({ what: 'stream_truncated', sequence: 3 });
  });

  it('sees a run that was rewritten from the middle with true hashes', async () => {
    const record = await createFilledRecord();
    await rewrite(record, 'run:run_b', 2, { step: 0, messages: { inline: 'nothing happened' } });
    expect((await verifyLog(record)).problem).toMatchObject({
      what: 'pin_mismatch',
      stream: 'run:run_b',
      sequence: 3,
    });
  });

  it('names a blob that is gone and one that was changed', async () => {
    for (const [text, what] of [
      [undefined, 'blob_missing'],
      ['{}', 'blob_mismatch'],
    ] as const) {
      const record = await createFilledRecord();
      record.blobs.tamper(await blobOfRun(record, 'run_b'), text);
      expect((await verifyLog(record)).problem).toMatchObject({ what, stream: 'run:run_b', sequence: 2 });
    }
  });

  it.each([
    ['heads that do not give its root', { merkle_root: 'c'.repeat(64) }, 'Merkle root'],
    ['an interval that leaves a hole', { from: '2026-11-23T09:00:03.000Z' }, 'does not go on'],
    ['a number of streams that is not that of its heads', { stream_count: 9 }, 'counts 9'],
  ])('refuses a checkpoint with %s', async (_title, change, detail) => {
    const record = await createFilledRecord();
    record.log.tamper(checkpointsStream, 2, (entry) => reseal(entry, { data: { ...entry.data, ...change } }));
    const { problem } = await verifyLog(record);
    expect(problem).toMatchObject({ what: 'checkpoint_broken', stream: checkpointsStream, sequence: 2 });
    expect(problem?.detail).toContain(detail);
  });

  it('proves with a head noted earlier that even the checkpoints were not dropped', async () => {
    const record = await createFilledRecord();
    const noted = (await record.log.read(checkpointsStream)).map((entry) => entry.hash);
    for (const expectedHead of noted) expect((await verifyLog({ ...record, expectedHead })).ok).toBe(true);
    record.log.tamper(checkpointsStream, 2, () => undefined);
    expect((await verifyLog(record)).ok).toBe(true);
    expect((await verifyLog({ ...record, expectedHead: noted[1] })).problem?.what).toBe('head_not_found');
  });

  it('counts entries that were dated back behind a checkpoint', async () => {
    const record = await createFilledRecord();
    const [first] = await record.log.read('run:run_a');
    if (first === undefined) throw new Error('the sample has no first entry');
    await record.log.append(reseal(first, { stream: 'run:forged' }));
    expect(await verifyLog(record)).toMatchObject({ ok: true, late_entries: 1 });
  });

  it('is not called bad when the store does not answer', async () => {
    const record = await createFilledRecord();
    const log = { ...record.log, head: record.log.head, read: () => Promise.reject(new Error('down')) };
    await expect(verifyLog({ log, blobs: record.blobs })).rejects.toThrow('down');
  });
});

describe('the chain verifier', () => {
  it('tells a repeated entry from one out of order, over mixed streams', async () => {
    const record = await createFilledRecord();
    const [a, b] = [await record.log.read('run:run_a'), await record.log.read('run:run_b')];
    const again = createChainVerifier();
    for (const entry of [a[0], b[0], a[1], b[1]]) expect(again.check(entry)).toBeUndefined();
    expect([again.entries, again.streams]).toEqual([4, 2]);
    expect(again.check(b[1])).toMatchObject({ what: 'duplicate', stream: 'run:run_b', sequence: 2 });
    const back = createChainVerifier();
    for (const entry of a) expect(back.check(entry)).toBeUndefined();
    expect(back.check(a[0])).toMatchObject({ what: 'out_of_order', sequence: 1 });
  });

  it.each([[null], [[]], ['x'], [{}]])('calls %j no entry', (value) => {
    expect(createChainVerifier().check(value)).toMatchObject({ what: 'schema' });
  });
});
