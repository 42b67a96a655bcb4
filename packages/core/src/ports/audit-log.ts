import type { JsonObject } from '../canonical-json.ts';
import type { AuditEntry } from '../records/audit-entry.ts';

/**
 * The append-only, hash-chained record: the source of truth. Every method may throw `UnavailableError` (retryable).
 */
export interface AuditLog {
  /**
   * Stores `entry` if and only if its stream has no entry with that sequence yet, in one conditional write.
   * @throws SequenceConflictError when another writer was first. Appending the very same entry (same hash) again succeeds.
   */
  append(entry: AuditEntry): Promise<void>;
  /** The entries of a stream with `sequence > after`, in order, strongly consistent. Empty when there are none. */
  read(stream: string, after?: number): Promise<AuditEntry[]>;
  /** The newest entry of a stream, strongly consistent; `undefined` when the stream has none. */
  head(stream: string): Promise<AuditEntry | undefined>;
  /** Every entry with `from <= at < to` (ISO times, UTC), in no particular order. May be eventually consistent. */
  readInterval(from: string, to: string): AsyncIterable<AuditEntry>;
  /** Every entry of every stream, streams in any order, each stream's entries in sequence. */
  readAll(): AsyncIterable<AuditEntry>;
}

/** Content-addressed storage for what is too large for one entry. */
export interface BlobStore {
  /**
   * Idempotent. Returns the lower-case hex SHA-256 of the UTF-8 text.
   * @throws InvalidInputError for text with half a surrogate pair, which UTF-8 can't carry.
   */
  put(text: string): Promise<{ sha256: string; bytes: number }>;
  /** @throws NotFoundError when absent, IntegrityError when the stored text does not hash to `sha256`. */
  get(sha256: string): Promise<string>;
}

export type EntryDraft = { readonly type: string; readonly actor: string; readonly data: JsonObject };
