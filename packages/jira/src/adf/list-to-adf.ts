import type { AdfNode } from './adf-node.ts';
import { inlineToAdf } from './inline-to-adf.ts';

export interface ListLine {
  /** Leading blanks; a tab counts as four. */
  readonly indent: number;
  readonly isOrdered: boolean;
  readonly start: number;
  readonly text: string;
}

const listPattern = /^([ \t]{0,40})(?:[-*+]|(\d{1,6})[.)])[ \t]+(\S.*)$/;

export function readListLine(line: string): ListLine | undefined {
  const match = listPattern.exec(line);
  if (match === null) return undefined;
  const [, blanks = '', number, text = ''] = match;
  return {
    indent: blanks.replaceAll('\t', '    ').length,
    isOrdered: number !== undefined,
    start: number === undefined ? 1 : Number(number),
    text: text.trimEnd(),
  };
}

/** Consecutive list lines as one or more lists; a line that is indented deeper than the item above becomes its child. */
export function listToAdf(lines: readonly ListLine[]): AdfNode[] {
  const lists: AdfNode[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines[at] as ListLine;
    const items: AdfNode[] = [];
    let line: ListLine | undefined = first;
    while (line !== undefined && line.indent <= first.indent + 1 && line.isOrdered === first.isOrdered) {
      const childrenFrom = at + 1;
      const own = line.indent;
      at = childrenFrom;
      while ((lines[at]?.indent ?? 0) > own + 1) at += 1;
      items.push({
        type: 'listItem',
        content: [
          { type: 'paragraph', content: inlineToAdf(line.text) },
          ...listToAdf(lines.slice(childrenFrom, at)),
        ],
      });
      line = lines[at];
    }
    lists.push(
      first.isOrdered
        ? { type: 'orderedList', attrs: { order: first.start }, content: items }
        : { type: 'bulletList', content: items },
    );
  }
  return lists;
}
