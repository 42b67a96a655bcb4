import { type AuditEntry, type JsonObject, runStream, sha256Hex } from '@hitl/core';
import {
  createFakeClock,
  createMemoryAuditLog,
  createMemoryBlobStore,
  type FakeClock,
  type MemoryAuditLog,
  type MemoryBlobStore,
} from '@hitl/testing';
import { makeCheckpoint } from '../src/make-checkpoint.ts';
import { blobOf } from '../src/payload-members.ts';
import { sealEntry } from '../src/seal-entry.ts';

export interface SampleRecord {
  readonly log: MemoryAuditLog;
  readonly blobs: MemoryBlobStore;
  readonly clock: FakeClock;
  append(stream: string, type: string, data: JsonObject): Promise<AuditEntry>;
  /** With no grace: everything before now is covered. */
  checkpoint(): Promise<AuditEntry | undefined>;
}

export function createSampleRecord(): SampleRecord {
  const log = createMemoryAuditLog();
  const blobs = createMemoryBlobStore();
  const clock = createFakeClock();
  return {
    log,
    blobs,
    clock,
    async append(stream, type, data) {
      const head = await log.head(stream);
      const at = new Date(clock.now()).toISOString();
      const entry = sealEntry({ stream, head, type, actor: 'ana', data, at });
      await log.append(entry);
      clock.advance(1000);
      return entry;
    },
    checkpoint: () => makeCheckpoint({ log, blobs, clock, graceMs: 0 }),
  };
}

/** Three runs, a large result in a blob, texts with every line separator there is, and two checkpoints in between. */
export async function createFilledRecord(): Promise<SampleRecord> {
  const record = createSampleRecord();
  const nasty = 'a line\u2028separator, a\u0085next line,\r\na return and "quotes" \u{1f600}';
  for (const id of ['run_a', 'run_b', 'run_c']) {
    await record.append(runStream(id), 'run-started', { run_id: id, query: nasty });
    const { sha256, bytes } = await record.blobs.put(JSON.stringify({ big: id.repeat(50) }));
    await record.append(runStream(id), 'model-answered', { step: 0, messages: { sha256, bytes } });
    if (id === 'run_a') await record.checkpoint();
    await record.append(runStream(id), 'execution-succeeded', {
      call_id: 'c1',
      result: { inline: [1, 2.5, null] },
    });
  }
  await record.checkpoint();
  await record.append(runStream('run_c'), 'run-finished', { status: 'completed', digest: sha256Hex('x') });
  return record;
}

/** The lines of an export, without their newlines. */
export async function linesOf(chunks: AsyncIterable<string>): Promise<string[]> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text.replace(/\n$/, '').split('\n');
}

/** The hash of the blob that a run of the filled record refers to in its second entry. */
export async function blobOfRun(record: SampleRecord, runId: string): Promise<string> {
  const [, entry] = await record.log.read(runStream(runId));
  const blob = entry === undefined ? undefined : blobOf(entry);
  if (blob === undefined) throw new Error(`${runId} refers to no blob`);
  return blob.sha256;
}
