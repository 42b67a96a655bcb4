import { type JsonValue, mixedScripts, qualifiedName, visibleJson, visibleLine } from '@hitl/core';
import type { RichTextBlock, RichTextBlockElement } from '@slack/types';
import type { ApprovalFacts, CallFacts } from './approval-facts.ts';
import { cardLimits } from './card-limits.ts';
import { contentBlockPrefix } from './rendered-digest.ts';
import { bold, foreign, own, preformatted, richText, section } from './rich-text.ts';

/**
 * What is approved, whole: a function of the request alone, not of votes or time. `undefined` when one of its texts is longer than
 * Slack takes in one piece.
 */
export function renderContent(facts: ApprovalFacts): RichTextBlock[] | undefined {
  const blocks = [
    richText(`${contentBlockPrefix}request`, requestElements(facts)),
    ...facts.calls.map((call, index) =>
      richText(
        `${contentBlockPrefix}call-${index + 1}`,
        callElements(call, facts.calls.length > 1 ? `${index + 1}. ` : ''),
      ),
    ),
    richText(`${contentBlockPrefix}digest`, [section(own('digest '), foreign(facts.digest, { code: true }))]),
  ];
  return blocks.every(isShortEnough) ? blocks : undefined;
}

export function requestElements(facts: ApprovalFacts): RichTextBlockElement[] {
  return [
    section(
      bold(facts.requester_id),
      own(' asks, in '),
      bold(facts.environment),
      own(', as '),
      foreign(facts.approval_id),
      own(':'),
    ),
    preformatted(facts.query === '' ? '(nothing)' : facts.query),
    ...lookAlikes('the request', facts.query),
  ];
}

export function callElements(call: CallFacts, number: string): RichTextBlockElement[] {
  const rules = call.rule_ids.length === 0 ? 'no rule matched' : call.rule_ids.join(', ');
  return [
    section(own(number, { bold: true }), bold(qualifiedName(call)), own(` (${words(call.category)})`)),
    ...argumentElements(call),
    ...previewElements(call),
    section(own('Because '), foreign(`${rules}: ${call.reasons.join(' · ')}`, { italic: true })),
  ];
}

function argumentElements(call: CallFacts): RichTextBlockElement[] {
  const entries = Object.entries(call.arguments);
  if (entries.length === 0) return [section(own('no arguments'))];
  const warnings = entries.flatMap(([name, value]) =>
    lookAlikes(nameOf(name), `${name} ${JSON.stringify(value)}`),
  );
  return [...packed(entries.map(([name, value]) => argumentLines(name, value))), ...warnings];
}

/** A value longer than this is written over several lines, as indented JSON. */
const shortValue = 80;

/**
 * `name: value`, the value as JSON, in which a text and a number, a line feed and a `\n` are told apart. Further lines are indented, so
 * that no value can look like another argument.
 */
export function argumentLines(name: string, value: JsonValue | undefined): string {
  const compact = valueText(value);
  const text =
    compact.length <= shortValue || typeof value !== 'object'
      ? compact
      : visibleJson(value, 2).replaceAll('\n', '\n  ');
  return `${nameOf(name)}: ${text}`;
}

function nameOf(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) ? name : visibleJson(name);
}

/** `undefined` is a value that the target does not have. */
function valueText(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : visibleJson(value);
}

function previewElements({ preview }: CallFacts): RichTextBlockElement[] {
  if (preview === undefined) return [];
  const changes = preview.changes.map(
    ({ path, before, after }) => `${nameOf(path)}: ${valueText(before)} → ${valueText(after)}`,
  );
  return [
    section(own('Would: ', { bold: true }), foreign(preview.summary)),
    ...packed(changes),
    ...(preview.warnings ?? []).map((warning) => section(own('⚠ '), foreign(warning, { bold: true }))),
    ...lookAlikes('the preview', `${preview.summary} ${JSON.stringify(preview.changes)}`),
  ];
}

function lookAlikes(what: string, text: string): RichTextBlockElement[] {
  const mixed = mixedScripts(text);
  if (mixed === undefined) return [];
  const warning = `⚠ ${visibleLine(what)}: one word mixes ${mixed.join(' and ')} letters, which can look alike`;
  return [section(own(warning, { bold: true }))];
}

/** As many entries in one box as it takes. One that is too long stays whole, and the caller sees that it does not fit. */
function packed(entries: readonly string[]): RichTextBlockElement[] {
  const boxes: string[] = [];
  for (const entry of entries) {
    const last = boxes.at(-1);
    if (last !== undefined && last.length + entry.length + 1 <= cardLimits.textCharacters)
      boxes[boxes.length - 1] = `${last}\n${entry}`;
    else boxes.push(entry);
  }
  return boxes.map(preformatted);
}

function isShortEnough(block: RichTextBlock): boolean {
  return block.elements.every(
    (element) =>
      element.type === 'rich_text_list' ||
      element.elements.every(
        (leaf) => !('text' in leaf) || (leaf.text?.length ?? 0) <= cardLimits.textCharacters,
      ),
  );
}

export function words(name: string): string {
  return name.replaceAll('_', ' ');
}
