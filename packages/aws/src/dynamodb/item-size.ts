import { InvalidInputError } from '@hitl/core';

/** DynamoDB's limit of 400 KB, less room for what local indexes add. */
export const maximumItemBytes = 400 * 1024 - 2048;

/**
 * Bytes of an item with text, numbers and binary members, as DynamoDB counts them: names and values in UTF-8; a number takes
 * at most 21 bytes.
 */
export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    if (value === undefined) continue;
    bytes += Buffer.byteLength(name);
    if (typeof value === 'string') bytes += Buffer.byteLength(value);
    else if (value instanceof Uint8Array) bytes += value.byteLength;
    else bytes += 21;
  }
  return bytes;
}

/** @throws InvalidInputError before anything is sent, rather than half-way through a retry loop. */
export function checkItemSize(what: string, item: Readonly<Record<string, unknown>>): void {
  const bytes = itemBytes(item);
  if (bytes > maximumItemBytes)
    throw new InvalidInputError(
      `${what}: ${bytes} bytes are too many for one item (at most ${maximumItemBytes}); large values belong in blobs`,
      { details: { bytes, maximum_bytes: maximumItemBytes } },
    );
}
