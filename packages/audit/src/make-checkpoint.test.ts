import { type AuditEntry, checkpointsStream, inlinePayloadLimitBytes } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { createSampleRecord } from '../test/sample-record.ts';
import { makeCheckpoint } from './make-checkpoint.ts';
import { merkleRoot } from './merkle-root.ts';
import { verifyLog } from './verify-log.ts';

describe('making a checkpoint', () => {
  it('pins the newest entry of every stream that grew, sorted, with their Merkle root', async () => {
    const record = createSampleRecord();
    await record.append('run:b', 't', {});
    const a = await record.append('run:a', 't', {});
    const b = await record.append('run:b', 't', {});
    const checkpoint = await record.checkpoint();
    const heads = [
      { stream: 'run:a', sequence: 1, hash: a.hash },
      { stream: 'run:b', sequence: 2, hash: b.hash },
    ];
    expect(checkpoint?.data).toEqual({
      from: '1970-01-01T00:00:00.000Z',
      to: new Date(record.clock.now()).toISOString(),
      stream_count: 2,
      merkle_root: merkleRoot(heads),
      heads: { inline: heads },
    });
  });

  it('goes on where the last one ended and says nothing when nothing grew', async () => {
    const record = createSampleRecord();
    await record.append('run:a', 't', {});
    const first = await record.checkpoint();
    record.clock.advance(60_000);
    expect(await record.checkpoint()).toBeUndefined();
    await record.append('run:b', 't', {});
    const second = await record.checkpoint();
    expect(second?.data).toMatchObject({ from: first?.data.to, stream_count: 1 });
  });

  it('is made once a day although nothing grew, and verifies', async () => {
    const record = createSampleRecord();
    expect(await record.checkpoint()).toBeUndefined();
    await record.append('run:a', 't', {});
    const first = await record.checkpoint();
    record.clock.advance(86_399_999);
    expect(await record.checkpoint()).toBeUndefined();
    record.clock.advance(1);
    const quiet = await record.checkpoint();
    expect(quiet?.data).toMatchObject({ from: first?.data.to, stream_count: 0, heads: { inline: [] } });
    expect(await verifyLog(record)).toMatchObject({ ok: true });
  });

  it('leaves what is younger than the grace time to the next one', async () => {
    const record = createSampleRecord();
    const { log, blobs, clock } = record;
    await record.append('run:a', 't', {});
    clock.advance(60_000);
    await record.append('run:b', 't', {});
    const checkpoint = await makeCheckpoint({ log, blobs, clock, graceMs: 30_000 });
    expect(checkpoint?.data.stream_count).toBe(1);
  });

  it('is made once by racing makers', async () => {
    const record = createSampleRecord();
    await record.append('run:a', 't', {});
    const made = await Promise.all([record.checkpoint(), record.checkpoint(), record.checkpoint()]);
    // The very same checkpoint may be written again, as any entry; a different one never takes its place.
    const hashes = new Set(made.flatMap((checkpoint) => (checkpoint === undefined ? [] : [checkpoint.hash])));
    expect(hashes.size).toBe(1);
    expect(await record.log.read(checkpointsStream)).toHaveLength(1);
  });

  it('yields to a maker that was first', async () => {
    const record = createSampleRecord();
    const { log, blobs, clock } = record;
    await record.append('run:a', 't', {});
    const late = { ...log, head: async () => undefined };
    await record.checkpoint();
    clock.advance(1000);
    expect(await makeCheckpoint({ log: late, blobs, clock, graceMs: 0 })).toBeUndefined();
    expect(await log.read(checkpointsStream)).toHaveLength(1);
  });

  it('keeps a long list of heads as a blob that verifies', async () => {
    const record = createSampleRecord();
    for (let n = 0; n * 90 < inlinePayloadLimitBytes; n += 1) await record.append(`run:${n}`, 't', {});
    const checkpoint = await record.checkpoint();
    expect(checkpoint?.data.heads).toHaveProperty('sha256');
    expect(await verifyLog(record)).toMatchObject({ ok: true, checkpoints: 1, blobs: 1 });
  });

  it('does not pin an entry that does not match its own hash', async () => {
    const record = createSampleRecord();
    await record.append('run:a', 't', { amount: 1 });
    record.log.tamper('run:a', 1, (entry: AuditEntry) => ({ ...entry, data: { amount: 2 } }));
    await expect(record.checkpoint()).rejects.toThrow('run:a entry 1');
  });
});
