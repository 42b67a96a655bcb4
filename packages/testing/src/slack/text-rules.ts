import { isRecord } from './slack-call.ts';

export interface BlockCheck {
  readonly surface: 'message' | 'modal' | 'home';
  fail(pointer: string, message: string): void;
}

/** A text that must be there, not empty, and at most `max` characters. */
export function checkText(value: unknown, max: number, pointer: string, check: BlockCheck): void {
  if (typeof value !== 'string') {
    check.fail(pointer, 'must be a string');
    return;
  }
  if (value.length === 0) {
    check.fail(pointer, 'must be more than 0 characters');
    return;
  }
  if (value.length > max) check.fail(pointer, `must be less than ${max + 1} characters`);
}

export function checkTextObject(
  value: unknown,
  max: number,
  pointer: string,
  check: BlockCheck,
  types: readonly string[] = ['plain_text', 'mrkdwn'],
): void {
  if (!isRecord(value)) {
    check.fail(pointer, 'must be an object');
    return;
  }
  if (!types.includes(String(value.type)))
    check.fail(`${pointer}/type`, `must be one of ${types.join(', ')}: ${String(value.type)}`);
  if (value.emoji !== undefined && value.type !== 'plain_text')
    check.fail(`${pointer}/emoji`, 'only plain_text has emoji');
  if (value.verbatim !== undefined && value.type !== 'mrkdwn')
    check.fail(`${pointer}/verbatim`, 'only mrkdwn has verbatim');
  checkText(value.text, max, `${pointer}/text`, check);
}
