import { blockRules } from './block-rules.ts';
import { isRecord } from './slack-call.ts';
import type { BlockCheck } from './text-rules.ts';

export const maxBlocks = { message: 50, modal: 100, home: 100 } as const;
/** Over all `markdown` blocks of one message. */
const maxMarkdown = 12_000;

/**
 * What Slack would refuse in these blocks, each with a JSON pointer; empty when nothing. The limits are the ones of the official
 * types' documentation.
 */
export function checkBlocks(blocks: unknown, surface: keyof typeof maxBlocks = 'message'): string[] {
  if (!Array.isArray(blocks)) return ['must be an array [json-pointer:/blocks]'];
  const errors: string[] = [];
  const check: BlockCheck = {
    surface,
    fail: (pointer, message) => void errors.push(`${message} [json-pointer:${pointer}]`),
  };
  if (blocks.length > maxBlocks[surface])
    check.fail('/blocks', `no more than ${maxBlocks[surface]} items allowed`);
  const blockIds = new Set<unknown>();
  let markdown = 0;
  blocks.forEach((block: unknown, index) => {
    const pointer = `/blocks/${index}`;
    if (!isRecord(block)) {
      check.fail(pointer, 'must be an object');
      return;
    }
    const rule = typeof block.type === 'string' ? blockRules[block.type] : undefined;
    if (rule === undefined) {
      check.fail(`${pointer}/type`, `unsupported type: ${String(block.type)}`);
      return;
    }
    if (block.block_id !== undefined) {
      if (typeof block.block_id !== 'string' || block.block_id.length > 255)
        check.fail(`${pointer}/block_id`, 'must be less than 256 characters');
      if (blockIds.has(block.block_id)) check.fail(`${pointer}/block_id`, 'must be unique');
      blockIds.add(block.block_id);
    }
    if (block.type === 'markdown') markdown += String(block.text ?? '').length;
    rule(block, pointer, check);
  });
  if (markdown > maxMarkdown)
    check.fail('/blocks', `markdown blocks must hold less than ${maxMarkdown + 1} characters in all`);
  return errors;
}
