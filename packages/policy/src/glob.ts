/** `*` stands for any run of characters, `?` for one; everything else for itself. Case matters. */
export type GlobTest = (text: string) => boolean;

export function isExact(pattern: string): boolean {
  return !/[*?]/.test(pattern);
}

/** Compiles one glob. The matcher backtracks over the last `*` only, so its cost is bounded by pattern times text. */
export function compileGlob(pattern: string): GlobTest {
  if (isExact(pattern)) return (text) => text === pattern;
  if (/^\*+$/.test(pattern)) return () => true;
  const single = /^([^*?]*)\*([^*?]*)$/.exec(pattern);
  if (single !== null) {
    const [, head = '', tail = ''] = single;
    const minimum = head.length + tail.length;
    return (text) => text.length >= minimum && text.startsWith(head) && text.endsWith(tail);
  }
  return (text) => matchGlob(pattern, text);
}

function matchGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p;
      resume = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      resume += 1;
      p = star + 1;
      t = resume;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
