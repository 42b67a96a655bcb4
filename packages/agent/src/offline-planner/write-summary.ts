import { asObject } from './describe-tool.ts';
import type { CallResult } from './read-conversation.ts';

const maxItems = 50;
const maxText = 2000;

/** What was done and what was found, from the tools' results. They are shown, never acted on. */
export function writeSummary(
  results: readonly CallResult[],
  notAttempted: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[],
): string {
  const lines = results.map((result) => {
    const what = phrase(result.wireName, result.arguments);
    return result.isError
      ? `Not done: ${what}. ${reasonOf(result.text)}`
      : `Done: ${what}.${foundOf(result.text)}`;
  });
  lines.push(
    ...notAttempted.map(
      ({ name, arguments: args }) =>
        `Not attempted, because something before it was not done: ${phrase(name, args)}.`,
    ),
  );
  return lines.join('\n');
}

/** `suspend user a@x.com`, `create user (primary_email a@x.com, first_name Ann)` */
export function phrase(wireName: string, args: Record<string, unknown>): string {
  const name = wireName
    .replace(/^[^_]+__/, '')
    .replace(/__[0-9a-f]{10}$/, '')
    .replaceAll('_', ' ');
  const entries = Object.entries(args);
  const [only] = entries;
  if (only === undefined) return name;
  if (entries.length === 1 && typeof only[1] === 'string') return `${name} ${only[1]}`;
  const parts = entries.map(([key, value]) =>
    Array.isArray(value)
      ? `${value.length} ${key}`
      : `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${name} (${parts.join(', ')})`;
}

function reasonOf(text: string): string {
  const [head = '', ...rest] = text.split('\n');
  const inner = rest
    .join(' ')
    .replace(/<\/?tool_result[^>]*>/g, '')
    .trim()
    .slice(0, 300);
  return [head.trim(), inner].filter((part) => part !== '').join(' ');
}

function foundOf(text: string): string {
  const inner = text
    .replace(/^[\s\S]*?<tool_result[^>]*>\n/, '')
    .replace(/\n<\/tool_result>\s*$/, '')
    .trim();
  if (inner === '' || inner === 'ok' || inner === 'Succeeded.') return '';
  try {
    return `\n${describe(JSON.parse(inner) as unknown)}`;
  } catch {
    // Plain text, or JSON that was cut off.
    return `\n${inner.slice(0, maxText)}${inner.length > maxText ? ' […]' : ''}`;
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return describeList('items', value);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .filter(([, member]) => member !== null && member !== '')
    .map(([key, member]) =>
      Array.isArray(member) ? describeList(key, member) : `  ${key}: ${short(member)}`,
    )
    .join('\n');
}

function describeList(name: string, list: readonly unknown[]): string {
  const shown = list.slice(0, maxItems).map((item) => `  - ${itemText(item)}`);
  const more = list.length > maxItems ? [`  … and ${list.length - maxItems} more`] : [];
  return [`  ${name}: ${list.length === 0 ? 'none' : list.length}`, ...shown, ...more].join('\n');
}

function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  return Object.entries(asObject(item as never))
    .filter(([, member]) => ['string', 'number', 'boolean'].includes(typeof member))
    .slice(0, 6)
    .map(([key, member]) => `${key}: ${String(member)}`)
    .join(', ');
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 500 ? `${text.slice(0, 500)} […]` : text;
}
