import { characterWidth, textWidth } from './text-width.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: our own styles are kept whole.
const token = /\u001b\[[0-9]+m|./gsu;

/**
 * Breaks one line into pieces of at most `width` columns. The terminal must not do it: a long value could then be made to go on in
 * the next row as if it were a line of the frame.
 */
export function wrapLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const [part] of line.matchAll(token)) {
    const columns = part.startsWith('\u001b') ? 0 : characterWidth(part);
    if (used + columns > width) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += part;
    used += columns;
  }
  return [...pieces, piece];
}
