/** A stretch of a word that Slack may make a link of. */
export interface FoundAddress {
  readonly start: number;
  readonly end: number;
  /** With the scheme that it would be opened with. */
  readonly url: string;
}

/** A backslash before punctuation is Markdown's and may be gone before somebody looks for addresses. */
const withScheme = /(?:[a-z][a-z0-9+.-]{0,40}\\?:\\?\/\\?\/|www\\?\.|mailto\\?:)[^\s<>"`]*/gi;
/** What a host name may consist of, with the other dots that browsers take for one. */
const hostLike = /(?:[\p{L}\p{N}\p{M}_.\u3002\uff0e\uff61-]|\\(?=[._-]))+/gu;
const dots = /[.\u3002\uff0e\uff61]/;
const topLevel = /^(?:\p{L}[\p{L}\p{M}]+|xn--[a-z0-9-]+)$/iu;
const pathLike = /^\\?(?::\d|[/?])[^\s<>"`]*/;
/** What may stand before a name without a gap and belong to it, as in `user@`. */
const leading = /[\p{L}\p{N}\p{M}._~:/@%+=&-]/u;
/** Of names with two parts and nothing behind them only these are links; `index.ts`, `user.name` and `e.g` are none. */
const wellKnown = new Set(
  'com net org edu gov mil biz io co ai dev xyz eu uk de fr nl ch cz ru cn jp'.split(' '),
);

/**
 * Addresses in a word, with and without a scheme. A name with a path, query or port is one whatever it ends in, and so is one of three
 * parts or more: whoever owns the last two learns the first. An e-mail address is none, since nothing is fetched for it.
 */
export function findAddresses(word: string): readonly FoundAddress[] {
  // Of a text that grows every word is looked at again and again, and hardly one can be an address.
  if (!/[:.\u3002\uff0e\uff61]/.test(word)) return [];
  const found: FoundAddress[] = [];
  let from = 0;
  for (const { index, 0: match } of word.matchAll(withScheme)) {
    const url = withoutEnd(match);
    found.push(...findNames(word, from, index), { start: index, end: index + url.length, url });
    from = index + url.length;
  }
  return [...found, ...findNames(word, from, word.length)];
}

function findNames(word: string, from: number, to: number): readonly FoundAddress[] {
  const text = word.slice(0, to);
  const found: FoundAddress[] = [];
  let done = from;
  for (const { index, 0: match } of text.slice(from).matchAll(hostLike)) {
    if (from + index < done) continue;
    const run = withoutEnd(match);
    const end = from + index + run.length;
    const name = hostAtEnd(run);
    if (name === undefined) continue;
    const start = end - name.length;
    const tail = withoutEnd(pathLike.exec(text.slice(end))?.[0] ?? '');
    if (tail === '' && !isLinkedBare(name, text.slice(Math.max(0, start - 2), start), text.charAt(end)))
      continue;
    const first = tail === '' ? start : startOfAll(text, done, start);
    done = end + tail.length;
    found.push({ start: first, end: done, url: `https://${text.slice(first, done)}` });
  }
  return found;
}

/** As many parts as are a host name, from the end: what is before them, such as two dots, ends it. */
function hostAtEnd(run: string): string | undefined {
  let length = 0;
  let parts = 0;
  for (const part of run.split(dots).reverse()) {
    const isPart = part.replaceAll('\\', '') !== '' && part.length <= 64;
    if (!isPart) break;
    length += part.length + (parts === 0 ? 0 : 1);
    parts += 1;
  }
  const name = run.slice(run.length - length).replace(/^[_\\-]+/, '');
  const labels = labelsOf(name);
  if (labels.length < 2) return undefined;
  return topLevel.test(labels.at(-1) ?? '') || isNumbers(labels) ? name : undefined;
}

function isLinkedBare(name: string, before: string, behind: string): boolean {
  const labels = labelsOf(name);
  if (isNumbers(labels) || behind === '@' || /[\p{L}\p{N}_%+-]@$/u.test(before)) return false;
  return labels.length > 2 || wellKnown.has((labels.at(-1) ?? '').toLowerCase());
}

function startOfAll(text: string, from: number, start: number): number {
  let first = start;
  while (first > from && leading.test(text.charAt(first - 1))) first -= 1;
  while (first < start && !/[\p{L}\p{N}]/u.test(text.charAt(first))) first += 1;
  return first;
}

function labelsOf(name: string): readonly string[] {
  return name.replaceAll('\\', '').split(dots);
}

/** `192.0.2.1` */
function isNumbers(labels: readonly string[]): boolean {
  return labels.length === 4 && labels.every((label) => /^\d{1,3}$/.test(label));
}

/** Without what ends the sentence, the brackets or the emphasis around it. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[.,;:!?'")*_\\-]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
