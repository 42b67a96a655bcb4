import {
  type AuditEntry,
  auditEntryHash,
  canonicalJson,
  genesisHash,
  IntegrityError,
  InvalidInputError,
  type JsonObject,
  type JsonValue,
  redactSecrets,
} from '@hitl/core';

/** What a new entry links to: the newest entry of its stream, or what a fold remembers of it. */
export type StreamHead = Pick<AuditEntry, 'sequence' | 'hash' | 'at'> & { readonly stream?: string };

/**
 * Members that a digest or a match rests on. Redacting them would leave a record of something that nobody approved, so a secret
 * in them is refused instead.
 */
const digestBound: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'call-decided': [['arguments'], ['preview']],
  'approval-edited': [['arguments'], ['preview']],
  'grant-created': [['grant', 'arguments']],
};

/**
 * Makes the entry that follows `head` (the stream's first when there is none): data without secrets, in the form in which it is
 * stored; a time never before the head's, even where two machines' clocks differ; linked and hashed.
 * @throws InvalidInputError when a secret stands where the record must be exact, or the data has no canonical form;
 *   IntegrityError when `head` belongs to another stream.
 */
export function sealEntry(draft: {
  readonly stream: string;
  readonly head: StreamHead | undefined;
  readonly type: string;
  readonly actor: string;
  readonly data: JsonObject;
  /** ISO time. */
  readonly at: string;
}): AuditEntry {
  const { stream, head, type, actor, data } = draft;
  if (head?.stream !== undefined && head.stream !== stream)
    throw new IntegrityError(`${stream} can't continue ${head.stream}`);
  for (const path of digestBound[type] ?? []) refuseSecretAt(type, path, memberAt(data, path));
  const entry = {
    stream,
    sequence: (head?.sequence ?? 0) + 1,
    at: laterOf(draft.at, head?.at),
    actor,
    type,
    // Through text and back: what is hashed is what a reader will parse, without `undefined` members or shared objects.
    data: JSON.parse(canonicalJson(redactSecrets(data))) as JsonObject,
    previous_hash: head?.hash ?? genesisHash,
  };
  return { ...entry, hash: auditEntryHash(entry) };
}

/** The later of two times, always in the 24-character form, so that times also compare as text. */
function laterOf(at: string, headAt: string | undefined): string {
  const ms = Math.max(Date.parse(at), headAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(headAt));
  if (Number.isNaN(ms)) throw new InvalidInputError(`"${at}" is not an ISO time`);
  return new Date(ms).toISOString();
}

function memberAt(data: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = data;
  for (const name of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = value[name];
  }
  return value;
}

function refuseSecretAt(type: string, path: readonly string[], value: JsonValue | undefined): void {
  const found = value === undefined ? undefined : firstSecret(value, path.join('.'));
  if (found === undefined) return;
  // The value itself must not reach an error text.
  const message = 'holds what looks like a secret; secrets never reach the record';
  throw new InvalidInputError(`${type}: ${found} ${message}`, { errors: [{ path: found, message }] });
}

/** Path of the first member that redaction would change. */
function firstSecret(value: JsonValue, path: string): string | undefined {
  const redactedValue = redactSecrets(value);
  if (canonicalJson(redactedValue) === canonicalJson(value)) return undefined;
  if (value === null || typeof value !== 'object') return path;
  for (const [name, member] of Object.entries(value)) {
    const below = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
    const alone: JsonValue = Array.isArray(value) ? [member] : { [name]: member };
    if (canonicalJson(redactSecrets(alone)) === canonicalJson(alone)) continue;
    return firstSecret(member, below) ?? below;
  }
  return path;
}
