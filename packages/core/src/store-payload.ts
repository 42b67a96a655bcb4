import type { JsonValue } from './canonical-json.ts';
import { IntegrityError } from './errors/index.ts';
import type { Payload } from './payload.ts';
import type { BlobStore } from './ports/audit-log.ts';

/** UTF-8 bytes of JSON up to which a value stands inline; one record must stay far below DynamoDB's 400 KB. */
export const inlinePayloadLimitBytes = 32 * 1024;

/** Keeps a small value inline and a large one as a blob. Storing the same value again yields the same payload. */
export async function storePayload(blobs: BlobStore, value: JsonValue): Promise<Payload> {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text, 'utf8') <= inlinePayloadLimitBytes) return { inline: value };
  const { sha256, bytes } = await blobs.put(text);
  return { sha256, bytes };
}

/** @throws NotFoundError when the blob is gone, IntegrityError when it is not the JSON that was stored. */
export async function loadPayload(blobs: Pick<BlobStore, 'get'>, payload: Payload): Promise<JsonValue> {
  if ('inline' in payload) return payload.inline;
  const text = await blobs.get(payload.sha256);
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new IntegrityError(`blob ${payload.sha256} is not JSON`, { cause });
  }
}
