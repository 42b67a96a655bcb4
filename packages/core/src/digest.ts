import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** Lower-case hex SHA-256 of UTF-8 text. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** SHA-256 over the RFC 8785 form of a JSON value. */
export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
