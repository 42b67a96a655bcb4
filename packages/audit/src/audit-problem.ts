/** What can be wrong with a record. */
export const auditFaults = [
  /** Not an entry at all: a member is missing, superfluous or of the wrong type. */
  'schema',
  /** The content was changed after it was sealed. */
  'hash_mismatch',
  /** The same sequence number again. */
  'duplicate',
  /** An earlier entry after a later one. */
  'out_of_order',
  /** An entry before this one is missing. */
  'gap',
  /** True to itself, but it follows something else than what stands before it. */
  'wrong_previous_hash',
  'time_backwards',
  /** A checkpoint that does not follow the one before, or whose heads do not give its Merkle root. */
  'checkpoint_broken',
  /** A checkpoint pins a stream that is not there. */
  'stream_missing',
  /** A checkpoint pins an entry that is not there any more: the stream's end was cut off. */
  'stream_truncated',
  /** A checkpoint pins another entry in this place: the stream was rewritten. */
  'pin_mismatch',
  'blob_missing',
  'blob_mismatch',
  /** The checkpoint that the caller remembers is not in the record. */
  'head_not_found',
  /** Export only: not a line of the format. */
  'bad_line',
  /** Export only: a blob that the entry after it does not refer to. */
  'stray_blob',
  /** Export only: the file ends before its trailer, or goes on after it. */
  'file_cut',
  /** Export only: the trailer counts something else. */
  'wrong_count',
  /** Export only: every line is sound, but they are not the lines that were written, in that order. */
  'lines_changed',
] as const;
export type AuditFault = (typeof auditFaults)[number];

/** The first thing that is wrong, as precisely as it can be said. */
export interface AuditProblem {
  readonly what: AuditFault;
  readonly detail: string;
  readonly stream?: string;
  readonly sequence?: number;
  /** In an export: the line, from 1. */
  readonly line?: number;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly entries: number;
  readonly streams: number;
  readonly checkpoints: number;
  readonly blobs: number;
  /** Hash of the newest checkpoint: note it elsewhere, and a later check with it proves that nothing before it changed. */
  readonly head: string | null;
  /** Entries dated before the newest checkpoint that it does not cover: written late, or dated back. */
  readonly late_entries: number;
  readonly problem?: AuditProblem;
}
