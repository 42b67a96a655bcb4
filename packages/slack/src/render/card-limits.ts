import type { KnownBlock } from '@slack/types';

/**
 * Slack publishes 50 blocks and 3,000 characters per text. What one message may hold in all is not published: about 13,200 characters
 * of blocks are taken, and rich text was refused from about 11,300 characters of text on. These stay under both.
 */
export const cardLimits = { blocks: 50, textCharacters: 3_000, messageBytes: 12_000 } as const;

export function fitsMessage(blocks: readonly KnownBlock[]): boolean {
  return blocks.length <= cardLimits.blocks && sizeOfBlocks(blocks) <= cardLimits.messageBytes;
}

/** In bytes, because nobody outside knows whether Slack counts characters. */
export function sizeOfBlocks(blocks: unknown): number {
  return Buffer.byteLength(JSON.stringify(blocks), 'utf8');
}
