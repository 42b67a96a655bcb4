import { type AuditEntry, type AuditLog, InvalidInputError, SequenceConflictError } from '@hitl/core';

export interface MemoryAuditLog extends AuditLog {
  /** Changes or (with `undefined`) removes a stored entry behind the port's back, as an intruder would. */
  tamper(stream: string, sequence: number, change: (entry: AuditEntry) => AuditEntry | undefined): void;
}

export function createMemoryAuditLog(): MemoryAuditLog {
  const streams = new Map<string, Map<number, AuditEntry>>();

  function entriesOf(stream: string): AuditEntry[] {
    return [...(streams.get(stream)?.values() ?? [])]
      .sort((a, b) => a.sequence - b.sequence)
      .map((entry) => structuredClone(entry));
  }

  return {
    async append(entry) {
      const stored = streams.get(entry.stream)?.get(entry.sequence);
      if (stored === undefined) {
        const stream = streams.get(entry.stream) ?? new Map<number, AuditEntry>();
        streams.set(entry.stream, stream.set(entry.sequence, structuredClone(entry)));
      } else if (stored.hash !== entry.hash) {
        throw new SequenceConflictError(`${entry.stream} has another entry ${entry.sequence} already`);
      }
    },
    async read(stream, after = 0) {
      return entriesOf(stream).filter((entry) => entry.sequence > after);
    },
    async head(stream) {
      return entriesOf(stream).at(-1);
    },
    async *readInterval(from, to) {
      const [fromMs, toMs] = [parseTime('from', from), parseTime('to', to)];
      for (const stream of [...streams.keys()]) {
        for (const entry of entriesOf(stream)) {
          const atMs = Date.parse(entry.at);
          if (atMs >= fromMs && atMs < toMs) yield entry;
        }
      }
    },
    async *readAll() {
      for (const stream of [...streams.keys()]) yield* entriesOf(stream);
    },
    tamper(stream, sequence, change) {
      const entries = streams.get(stream);
      const entry = entries?.get(sequence);
      if (entries === undefined || entry === undefined)
        throw new RangeError(`${stream} has no entry ${sequence}`);
      const changed = change(structuredClone(entry));
      if (changed === undefined) entries.delete(sequence);
      else entries.set(sequence, changed);
    },
  };
}

function parseTime(path: string, text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new InvalidInputError(`${path} must be an ISO time`, {
      errors: [{ path, message: 'must be an ISO time' }],
    });
  return ms;
}
