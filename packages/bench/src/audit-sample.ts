import { sealEntry } from '@hitl/audit';
import {
  type AuditEntry,
  type AuditLog,
  type BlobStore,
  type JsonObject,
  NotFoundError,
  runStream,
  sha256Hex,
} from '@hitl/core';

const entriesPerRun = 10;

/** Entries as runs make them, some 900 bytes each, ten to a run; made one by one, so that the sample itself takes no memory. */
export function* sampleEntries(count: number): Iterable<AuditEntry> {
  let head: AuditEntry | undefined;
  for (let n = 0; n < count; n += 1) {
    const stream = runStream(`run_${Math.floor(n / entriesPerRun)}`);
    if (head?.stream !== stream) head = undefined;
    const at = new Date(Date.UTC(2026, 10, 23) + n * 1000).toISOString();
    head = sealEntry({ stream, head, type: 'call-decided', actor: 'system', data: sampleData(n), at });
    yield head;
  }
}

/** A log that can only be read: no checkpoints, and these entries. */
export function createReadOnlyLog(entries: () => Iterable<AuditEntry>): AuditLog {
  const refuse = () => Promise.reject(new Error('the sample is only read as a whole'));
  return {
    append: refuse,
    head: refuse,
    read: async () => [],
    readInterval: () => {
      throw new Error('the sample is only read as a whole');
    },
    async *readAll() {
      yield* entries();
    },
  };
}

export const noBlobs: BlobStore = {
  put: () => Promise.reject(new Error('the sample has no blobs')),
  get: (sha256) => Promise.reject(new NotFoundError(`there is no blob ${sha256}`)),
};

function sampleData(n: number): JsonObject {
  const digest = sha256Hex(String(n));
  return {
    call_id: `call_${n}`,
    step: n % entriesPerRun,
    server: 'google',
    tool: 'create_user',
    arguments: { primary_email: `person.${n}@example.com`, first_name: 'Ada', last_name: `Number ${n}` },
    tool_digest: digest,
    digest,
    decision: {
      effect: 'approval',
      rule_ids: ['writes-need-one-approval'],
      reasons: ['Changing the directory needs a second pair of eyes.'],
      requirement: {
        steps: [{ from: ['group:it-admins'], votes: 1 }],
        expires_in_seconds: 14_400,
        assurance: 'authenticated',
        remind_after_seconds: [900],
        escalate: [{ after_seconds: 3600, to: ['group:security'] }],
      },
      category: 'write',
      policy_digest: digest,
    },
  };
}
