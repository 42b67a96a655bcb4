import { checkElement } from './element-rules.ts';
import { isRecord } from './slack-call.ts';
import { type BlockCheck, checkText, checkTextObject } from './text-rules.ts';

export type BlockRule = (block: Record<string, unknown>, pointer: string, check: BlockCheck) => void;

function checkList(
  value: unknown,
  max: number,
  pointer: string,
  check: BlockCheck,
  each: (item: unknown, pointer: string) => void,
): void {
  if (!Array.isArray(value)) {
    check.fail(pointer, 'must be an array');
    return;
  }
  if (value.length === 0) check.fail(pointer, 'no fewer than 1 items allowed');
  if (value.length > max) check.fail(pointer, `no more than ${max} items allowed`);
  value.forEach((item, index) => {
    each(item, `${pointer}/${index}`);
  });
}

const section: BlockRule = (block, pointer, check) => {
  if (block.text === undefined && block.fields === undefined) {
    check.fail(pointer, 'missing required field: text or fields');
    return;
  }
  if (block.text !== undefined) checkTextObject(block.text, 3000, `${pointer}/text`, check);
  if (block.fields !== undefined)
    checkList(block.fields, 10, `${pointer}/fields`, check, (field, at) =>
      checkTextObject(field, 2000, at, check),
    );
  if (block.accessory !== undefined) checkElement(block.accessory, `${pointer}/accessory`, check);
};

const actions: BlockRule = (block, pointer, check) => {
  const actionIds = new Set<unknown>();
  checkList(block.elements, 25, `${pointer}/elements`, check, (element, at) => {
    checkElement(element, at, check);
    const id = isRecord(element) ? element.action_id : undefined;
    if (id !== undefined && actionIds.has(id)) check.fail(`${at}/action_id`, 'must be unique in its block');
    actionIds.add(id);
  });
};

const context: BlockRule = (block, pointer, check) =>
  checkList(block.elements, 10, `${pointer}/elements`, check, (element, at) => {
    if (isRecord(element) && element.type === 'image') {
      checkImage(element, at, check);
      return;
    }
    checkTextObject(element, 3000, at, check);
  });

const input: BlockRule = (block, pointer, check) => {
  checkTextObject(block.label, 2000, `${pointer}/label`, check, ['plain_text']);
  if (block.hint !== undefined) checkTextObject(block.hint, 2000, `${pointer}/hint`, check, ['plain_text']);
  checkElement(block.element, `${pointer}/element`, check);
};

function checkImage(block: Record<string, unknown>, pointer: string, check: BlockCheck): void {
  checkText(block.alt_text, 2000, `${pointer}/alt_text`, check);
  if (block.slack_file === undefined) checkText(block.image_url, 3000, `${pointer}/image_url`, check);
}

const objectElements: BlockRule = (block, pointer, check) =>
  checkList(block.elements, Number.POSITIVE_INFINITY, `${pointer}/elements`, check, (element, at) => {
    if (!isRecord(element) || typeof element.type !== 'string') check.fail(at, 'must be an element');
  });

/** Newer ones are taken with their type and size alone: their inner rules are not published in the types. */
const anything: BlockRule = () => {};

export const blockRules: Readonly<Record<string, BlockRule>> = {
  section,
  actions,
  context,
  input,
  header: (block, pointer, check) =>
    checkTextObject(block.text, 150, `${pointer}/text`, check, ['plain_text']),
  divider: anything,
  markdown: (block, pointer, check) => checkText(block.text, 12_000, `${pointer}/text`, check),
  image: checkImage,
  rich_text: objectElements,
  context_actions: objectElements,
  alert: (block, pointer, check) => checkTextObject(block.text, 200, `${pointer}/text`, check),
  card: (block, pointer, check) => {
    if (block.actions !== undefined)
      checkList(block.actions, 3, `${pointer}/actions`, check, (element, at) =>
        checkElement(element, at, check),
      );
  },
  file: anything,
  video: anything,
  carousel: anything,
  container: anything,
  data_table: anything,
  table: anything,
  task_card: anything,
  plan: anything,
};
