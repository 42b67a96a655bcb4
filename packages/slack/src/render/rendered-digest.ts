import { digestOf } from '@hitl/core';
import type { KnownBlock } from '@slack/types';

/** `block_id`s of the blocks that say what is approved begin with this. */
export const contentBlockPrefix = 'approved-';

/** Changes whenever the same request would be drawn otherwise, so that an old digest can be told from a forged one. */
const cardFormat = 'slack-card/1';

/**
 * SHA-256 of the canonical JSON of `{format, blocks}`, where `blocks` are the card's blocks that say what is approved: who asks, what
 * for, where, each call with its arguments, preview and rules, and the request's own digest. Votes, expiry, buttons and mentions are
 * left out, so one request has one rendered digest until its arguments change, and anybody can compute it again from the record.
 */
export function renderedDigest(blocks: readonly KnownBlock[]): string {
  return digestOf({
    format: cardFormat,
    blocks: blocks.filter((block) => block.block_id?.startsWith(contentBlockPrefix) === true),
  });
}
