import { checkBlocks } from './check-blocks.ts';
import { isRecord } from './slack-call.ts';
import { type BlockCheck, checkText, checkTextObject } from './text-rules.ts';

/** What Slack would refuse in a modal; empty when nothing. */
export function checkView(view: unknown): string[] {
  if (!isRecord(view)) return ['must be an object [json-pointer:/view]'];
  const errors: string[] = [];
  const check: BlockCheck = {
    surface: 'modal',
    fail: (pointer, message) => void errors.push(`${message} [json-pointer:/view${pointer}]`),
  };
  if (view.type !== 'modal') check.fail('/type', `unsupported type: ${String(view.type)}`);
  checkTextObject(view.title, 24, '/title', check, ['plain_text']);
  for (const button of ['submit', 'close'])
    if (view[button] !== undefined) checkTextObject(view[button], 24, `/${button}`, check, ['plain_text']);
  if (view.callback_id !== undefined) checkText(view.callback_id, 255, '/callback_id', check);
  if (view.external_id !== undefined) checkText(view.external_id, 255, '/external_id', check);
  if (typeof view.private_metadata === 'string' && view.private_metadata.length > 3000)
    check.fail('/private_metadata', 'must be less than 3001 characters');
  const hasInput = Array.isArray(view.blocks) && view.blocks.some((b) => isRecord(b) && b.type === 'input');
  if (hasInput && view.submit === undefined) check.fail('/submit', 'is required when there are input blocks');
  return [...errors, ...checkBlocks(view.blocks, 'modal').map((message) => message.replace(':/', ':/view/'))];
}
