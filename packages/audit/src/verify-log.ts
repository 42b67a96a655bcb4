import {
  type AuditEntry,
  type AuditLog,
  type BlobStore,
  checkpointsStream,
  IntegrityError,
  NotFoundError,
} from '@hitl/core';
import type { AuditProblem, VerifyReport } from './audit-problem.ts';
import { createRecordVerifier } from './create-record-verifier.ts';
import { blobOf } from './payload-members.ts';

/**
 * Verifies the whole record: every chain, every checkpoint and what it pins, every blob. Stops at the first problem.
 * `expectedHead` is the hash of a checkpoint that was noted earlier, outside: with it, everything up to that checkpoint is proven
 * to be as it was. Errors of the stores (`UnavailableError`) pass through: what can't be read is not called bad.
 */
export async function verifyLog(deps: {
  readonly log: AuditLog;
  readonly blobs: BlobStore;
  readonly expectedHead?: string | undefined;
}): Promise<VerifyReport> {
  const { log, blobs, expectedHead } = deps;
  const verifier = createRecordVerifier({ expectedHead });
  const bytesOf = new Map<string, number>();

  /** The text of the entry's blob where it has one, or what is wrong with it. */
  const checkBlob = async (entry: AuditEntry): Promise<{ text?: string; problem?: AuditProblem }> => {
    const blob = blobOf(entry);
    if (blob === undefined) return {};
    const { stream, sequence } = entry;
    const problem = (what: AuditProblem['what'], how: string) => ({
      problem: { what, stream, sequence, detail: `blob ${blob.sha256} ${how}` },
    });
    try {
      const known = bytesOf.get(blob.sha256);
      const text = known === undefined ? await blobs.get(blob.sha256) : '';
      const bytes = known ?? Buffer.byteLength(text, 'utf8');
      bytesOf.set(blob.sha256, bytes);
      return bytes === blob.bytes ? { text } : problem('blob_mismatch', 'has another length');
    } catch (error) {
      if (error instanceof NotFoundError) return problem('blob_missing', 'is not there');
      if (error instanceof IntegrityError) return problem('blob_mismatch', 'was changed');
      throw error;
    }
  };

  const firstProblem = async (): Promise<AuditProblem | undefined> => {
    for (const entry of await log.read(checkpointsStream)) {
      const blob = await checkBlob(entry);
      const problem = verifier.checkpoint(entry, blob.text);
      // The chain is told first: an entry that was tampered with need not refer to a blob that ever was.
      if (problem !== undefined && problem.what !== 'checkpoint_broken') return problem;
      if (blob.problem ?? problem) return blob.problem ?? problem;
    }
    for await (const entry of log.readAll()) {
      if (entry.stream === checkpointsStream) continue;
      const problem = verifier.entry(entry) ?? (await checkBlob(entry)).problem;
      if (problem !== undefined) return problem;
    }
    return verifier.finish();
  };

  const problem = await firstProblem();
  return verifier.report(bytesOf.size, problem);
}
