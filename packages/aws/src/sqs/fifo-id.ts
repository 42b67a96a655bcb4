import { createHash } from 'node:crypto';

/** What SQS takes as a group or deduplication id: 1 to 128 letters, digits and punctuation. Anything else goes by its hash. */
export function fifoId(id: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(id)) return id;
  return createHash('sha256').update(id).digest('hex');
}
