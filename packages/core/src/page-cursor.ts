import { canonicalJson } from './canonical-json.ts';
import { sha256Hex } from './digest.ts';
import { InvalidInputError } from './errors/invalid-input-error.ts';

/**
 * Makes the opaque cursor of a list. `scope` is the list with its filters: a cursor is good for that list only, so that a
 * page can't silently continue another one. `position` is the sort key of the last item shown, never an offset: items that
 * come or go between two pages neither repeat nor hide others.
 */
export function encodeCursor(scope: Record<string, string | undefined>, position: string): string {
  return Buffer.from(JSON.stringify([scopeTag(scope), position]), 'utf8').toString('base64url');
}

/** The position inside a cursor. @throws InvalidInputError when the cursor was not made for this scope. */
export function decodeCursor(scope: Record<string, string | undefined>, cursor: string): string {
  const position = readPosition(scopeTag(scope), cursor);
  if (position !== undefined) return position;
  const message = 'the cursor does not belong to this list; leave it out to start at the first page';
  throw new InvalidInputError(message, { errors: [{ path: 'cursor', message }] });
}

function readPosition(tag: string, cursor: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 2 || parsed[0] !== tag) return undefined;
    return typeof parsed[1] === 'string' ? parsed[1] : undefined;
  } catch {
    // Not JSON: refused by the caller like any other foreign cursor.
    return undefined;
  }
}

function scopeTag(scope: Record<string, string | undefined>): string {
  return sha256Hex(canonicalJson(scope)).slice(0, 16);
}
