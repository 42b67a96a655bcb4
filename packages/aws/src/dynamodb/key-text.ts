import { InvalidInputError } from '@hitl/core';

/** DynamoDB takes 2,048 bytes in a partition key and 1,024 in a sort key; one bound for both keeps it simple. */
const maximumKeyBytes = 1024;

/** `kind#["part","part"]`: no choice of parts can run into another's key. */
export function keyText(kind: string, ...parts: readonly string[]): string {
  const [first = ''] = parts;
  return checked(kind, `${kind}#${parts.length === 1 ? first : JSON.stringify(parts)}`);
}

/** Sorts by time first; the id makes it unique. `ms` are epoch milliseconds. */
export function orderKey(ms: number, id: string): string {
  return checked('order', `${orderPrefix(ms)}#${id}`);
}

/** Where the keys of that millisecond begin. */
export function orderPrefix(ms: number): string {
  return String(ms).padStart(15, '0');
}

/** @throws InvalidInputError for what is no ISO time, naming the field. */
export function epochMs(path: string, iso: string): number {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms) || ms < 0)
    throw new InvalidInputError(`${path} must be an ISO time since 1970`, {
      errors: [{ path, message: 'must be an ISO time since 1970' }],
    });
  return ms;
}

function checked(kind: string, key: string): string {
  if (Buffer.byteLength(key) > maximumKeyBytes)
    throw new InvalidInputError(`the ${kind} key is longer than ${maximumKeyBytes} bytes`);
  return key;
}
