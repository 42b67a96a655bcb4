import type { AdfDocument, AdfNode } from './adf-node.ts';
import { inlineToAdf } from './inline-to-adf.ts';
import { type ListLine, listToAdf, readListLine } from './list-to-adf.ts';

const headingPattern = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
const fencePattern = /^ {0,3}(`{3,})[ \t]*([\w+#.-]*)[ \t]*$/;

/**
 * Plain text or a subset of Markdown (paragraphs, headings, nested lists, code, http(s) and mailto links, strong, em) as the
 * document that v3 demands: a plain string is an error there. Whatever isn't recognised is kept as text.
 */
export function toAdf(text: string): AdfDocument {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const content: AdfNode[] = [];
  let paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) content.push({ type: 'paragraph', content: paragraphContent(paragraph) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const fence = fencePattern.exec(line);
    const heading = headingPattern.exec(line);
    if (fence !== null) {
      flush();
      at = readCodeBlock(lines, at, fence, content);
    } else if (heading !== null) {
      flush();
      const [, hashes = '#', title = ''] = heading;
      content.push({ type: 'heading', attrs: { level: hashes.length }, content: inlineToAdf(title.trim()) });
      at += 1;
    } else if (readListLine(line) !== undefined) {
      flush();
      const items: ListLine[] = [];
      for (
        let item = readListLine(lines[at] ?? '');
        item !== undefined;
        item = readListLine(lines[at] ?? '')
      ) {
        items.push(item);
        at += 1;
      }
      content.push(...listToAdf(items));
    } else {
      if (line.trim() === '') flush();
      else paragraph.push(line.trim());
      at += 1;
    }
  }
  flush();
  return { type: 'doc', version: 1, content };
}

function paragraphContent(lines: readonly string[]): AdfNode[] {
  return lines.flatMap((line, index) => [
    ...(index === 0 ? [] : [{ type: 'hardBreak' }]),
    ...inlineToAdf(line),
  ]);
}

/** Reads to the closing fence, or to the end where there is none; returns the index of the line after it. */
function readCodeBlock(
  lines: readonly string[],
  at: number,
  fence: RegExpExecArray,
  content: AdfNode[],
): number {
  const [, ticks = '```', language = ''] = fence;
  let end = at + 1;
  while (end < lines.length && !isClosingFence(lines[end] ?? '', ticks)) end += 1;
  const code = lines.slice(at + 1, end).join('\n');
  content.push({
    type: 'codeBlock',
    ...(language === '' ? {} : { attrs: { language } }),
    ...(code === '' ? {} : { content: [{ type: 'text', text: code }] }),
  });
  return end + 1;
}

function isClosingFence(line: string, ticks: string): boolean {
  const text = line.trim();
  return text.startsWith(ticks) && /^`+$/.test(text);
}
