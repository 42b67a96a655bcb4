import { isRecord } from './slack-call.ts';
import { type BlockCheck, checkText, checkTextObject } from './text-rules.ts';

type ElementRule = (element: Record<string, unknown>, pointer: string, check: BlockCheck) => void;

/** Whatever stands in an actions block, an input block or beside a section. */
export function checkElement(element: unknown, pointer: string, check: BlockCheck): void {
  if (!isRecord(element)) {
    check.fail(pointer, 'must be an object');
    return;
  }
  const rule = typeof element.type === 'string' ? elementRules[element.type] : undefined;
  if (rule === undefined) {
    check.fail(`${pointer}/type`, `unsupported type: ${String(element.type)}`);
    return;
  }
  if (element.action_id !== undefined) checkText(element.action_id, 255, `${pointer}/action_id`, check);
  if (element.confirm !== undefined) checkConfirm(element.confirm, `${pointer}/confirm`, check);
  if (element.placeholder !== undefined)
    checkTextObject(element.placeholder, 150, `${pointer}/placeholder`, check, ['plain_text']);
  rule(element, pointer, check);
}

function checkConfirm(confirm: unknown, pointer: string, check: BlockCheck): void {
  if (!isRecord(confirm)) {
    check.fail(pointer, 'must be an object');
    return;
  }
  checkTextObject(confirm.title, 100, `${pointer}/title`, check, ['plain_text']);
  checkTextObject(confirm.text, 300, `${pointer}/text`, check);
  checkTextObject(confirm.confirm, 30, `${pointer}/confirm`, check, ['plain_text']);
  checkTextObject(confirm.deny, 30, `${pointer}/deny`, check, ['plain_text']);
}

const button: ElementRule = (element, pointer, check) => {
  checkTextObject(element.text, 75, `${pointer}/text`, check, ['plain_text']);
  if (element.value !== undefined) checkText(element.value, 2000, `${pointer}/value`, check);
  if (element.url !== undefined) checkText(element.url, 3000, `${pointer}/url`, check);
  if (element.style !== undefined && element.style !== 'primary' && element.style !== 'danger')
    check.fail(`${pointer}/style`, 'must be primary or danger');
};

const optionsUpTo =
  (max: number): ElementRule =>
  (element, pointer, check) => {
    if (!Array.isArray(element.options)) {
      if (element.option_groups === undefined) check.fail(`${pointer}/options`, 'must be an array');
      return;
    }
    if (element.options.length === 0 || element.options.length > max)
      check.fail(`${pointer}/options`, `between 1 and ${max} items allowed`);
    element.options.forEach((option: unknown, index) => {
      const at = `${pointer}/options/${index}`;
      if (!isRecord(option)) {
        check.fail(at, 'must be an object');
        return;
      }
      checkTextObject(option.text, 75, `${at}/text`, check);
      checkText(option.value, 150, `${at}/value`, check);
    });
  };

const plainTextInput: ElementRule = (element, pointer, check) => {
  for (const name of ['min_length', 'max_length']) {
    const value = element[name];
    if (value !== undefined && (typeof value !== 'number' || value < 0 || value > 3000))
      check.fail(`${pointer}/${name}`, 'must be between 0 and 3000');
  }
  if (element.initial_value !== undefined) {
    const max = typeof element.max_length === 'number' ? element.max_length : 3000;
    if (typeof element.initial_value !== 'string' || element.initial_value.length > max)
      check.fail(`${pointer}/initial_value`, `must be less than ${max + 1} characters`);
  }
};

const anything: ElementRule = () => {};

const elementRules: Readonly<Record<string, ElementRule>> = {
  button,
  overflow: optionsUpTo(5),
  checkboxes: optionsUpTo(10),
  radio_buttons: optionsUpTo(10),
  static_select: optionsUpTo(100),
  multi_static_select: optionsUpTo(100),
  plain_text_input: plainTextInput,
  image: (element, pointer, check) => checkText(element.alt_text, 2000, `${pointer}/alt_text`, check),
  rich_text_input: anything,
  url_text_input: anything,
  email_text_input: anything,
  number_input: anything,
  datepicker: anything,
  timepicker: anything,
  datetimepicker: anything,
  users_select: anything,
  multi_users_select: anything,
  conversations_select: anything,
  multi_conversations_select: anything,
  channels_select: anything,
  external_select: anything,
  feedback_buttons: anything,
  icon_button: anything,
  workflow_button: anything,
};
