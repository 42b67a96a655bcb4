/** What has to be written before and behind a piece so that it stands for itself. */
export interface PieceFrame {
  readonly before: string;
  readonly behind: string;
}

/**
 * Where the next message begins when `text` from `from` on does not fit into one: after a paragraph, else after a line outside of code,
 * else after a line, else after a word. `undefined` when it fits.
 */
export function cutPoint(text: string, from: number, limit: number): number | undefined {
  // Room for what a cut inside of code adds.
  if (text.length - from <= limit) return undefined;
  const end = from + limit - 100;
  const earliest = from + Math.floor(limit / 2);
  for (let at = text.lastIndexOf('\n\n', end - 2); at >= earliest; at = text.lastIndexOf('\n\n', at - 1))
    if (contextAt(text, at + 2).fence === undefined) return at + 2;
  for (let at = text.lastIndexOf('\n', end - 1); at >= earliest; at = text.lastIndexOf('\n', at - 1))
    if (contextAt(text, at + 1).fence === undefined) return at + 1;
  const line = text.lastIndexOf('\n', end - 1);
  if (line >= earliest) return line + 1;
  for (let at = text.lastIndexOf(' ', end - 1); at >= earliest; at = text.lastIndexOf(' ', at - 1))
    if (!contextAt(text, at + 1).isInSpan) return at + 1;
  return /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
}

/** The piece from `from` to `to` as a Markdown text of its own: code that goes on is closed and opened again. */
export function pieceOf(text: string, from: number, to: number): string {
  return frameBefore(text, from) + text.slice(from, to) + frameBehind(text, to);
}

export function frameBefore(text: string, from: number): string {
  const { fence, isInSpan } = contextAt(text, from);
  return fence === undefined ? (isInSpan ? '`' : '') : `${fence}\n`;
}

export function frameBehind(text: string, to: number): string {
  const { fence, isInSpan } = contextAt(text, to);
  return fence === undefined ? (isInSpan ? '`' : '') : `${text.charAt(to - 1) === '\n' ? '' : '\n'}\`\`\``;
}

interface Context {
  /** The line that opened the fence that this offset is in. */
  readonly fence: string | undefined;
  readonly isInSpan: boolean;
}

/** Relies on what `neutraliseMarkdown` gives: fences of three backticks at a line's beginning, spans of one on one line. */
function contextAt(text: string, offset: number): Context {
  let fence: string | undefined;
  let at = 0;
  for (;;) {
    const newline = text.indexOf('\n', at);
    const isLast = newline === -1 || newline >= offset;
    const line = text.slice(at, isLast ? offset : newline);
    // A fence's own line that is cut counts as cut before it; its rest is not text.
    if (line.startsWith('```') && (!isLast || newline === offset || offset === text.length))
      fence = fence === undefined ? line : undefined;
    else if (isLast)
      return { fence, isInSpan: fence === undefined && (line.match(/`/g)?.length ?? 0) % 2 === 1 };
    if (isLast) return { fence, isInSpan: false };
    at = newline + 1;
  }
}

/** Where the next message begins: not with the space behind the one before. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  // Inside of code the indentation of a line counts.
  while (at < text.length && text.charAt(at) === '\n') at += 1;
  return at;
}
