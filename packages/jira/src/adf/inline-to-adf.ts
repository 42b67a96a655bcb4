import type { AdfMark, AdfNode } from './adf-node.ts';

/**
 * Code spans, `[text](url)`, bare http(s) addresses, `**strong**` and `*em*`, tried in this order at every place. Each is
 * bounded in length and can't hold its own end, so that the scan stays linear in practice.
 */
const inlinePattern =
  /`(?<code>[^`\n]{1,2000})`|\[(?<label>[^\]\n]{1,500})\]\((?<href>[^\s()]{1,2000}(?:\([^\s()]{0,200}\)[^\s()]{0,500})?)\)|(?<bare>https?:\/\/[^\s<>"'`)\]]{1,2000})|\*\*(?<strong>[^*\n]{1,2000})\*\*|(?<![\w*])\*(?<em>[^*\s](?:[^*\n]{0,1998}[^*\s])?)\*(?![\w*])/gu;

/** One line of text as ADF inline nodes; what is not markup stays text, character for character. */
export function inlineToAdf(text: string, marks: readonly AdfMark[] = []): AdfNode[] {
  const nodes: AdfNode[] = [];
  let done = 0;
  for (const match of text.matchAll(inlinePattern)) {
    const found = toNodes(match, marks);
    if (found === undefined) continue;
    push(nodes, text.slice(done, match.index), marks);
    nodes.push(...found.nodes);
    done = match.index + found.length;
  }
  push(nodes, text.slice(done), marks);
  return nodes;
}

function toNodes(
  match: RegExpExecArray,
  marks: readonly AdfMark[],
): { nodes: AdfNode[]; length: number } | undefined {
  const { code, label, href, bare, strong, em } = match.groups ?? {};
  const length = match[0].length;
  if (code !== undefined) {
    // ADF lets a code mark stand with a link only.
    const kept = marks.filter((mark) => mark.type === 'link');
    return { nodes: [{ type: 'text', text: code, marks: [{ type: 'code' }, ...kept] }], length };
  }
  if (label !== undefined && href !== undefined) {
    const safe = safeHref(href);
    return safe === undefined
      ? undefined
      : {
          nodes: [{ type: 'text', text: label, marks: [...marks, { type: 'link', attrs: { href: safe } }] }],
          length,
        };
  }
  if (bare !== undefined) {
    // The full stop that ends the sentence is not part of the address.
    const address = bare.replace(/[.,;:!?]+$/, '');
    const safe = safeHref(address);
    return safe === undefined
      ? undefined
      : {
          nodes: [
            { type: 'text', text: address, marks: [...marks, { type: 'link', attrs: { href: safe } }] },
          ],
          length: address.length,
        };
  }
  if (strong !== undefined) return { nodes: inlineToAdf(strong, [...marks, { type: 'strong' }]), length };
  if (em !== undefined) return { nodes: inlineToAdf(em, [...marks, { type: 'em' }]), length };
  return undefined;
}

/** Only what a reader can click safely; `javascript:` and its kin stay plain text. */
function safeHref(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  return ['http:', 'https:', 'mailto:'].includes(new URL(text).protocol) ? text : undefined;
}

function push(nodes: AdfNode[], text: string, marks: readonly AdfMark[]): void {
  // Jira refuses empty text nodes.
  if (text !== '') nodes.push({ type: 'text', text, ...(marks.length === 0 ? {} : { marks }) });
}
