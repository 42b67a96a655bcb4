const scripts = {
  Latin: /\p{Script=Latin}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Greek: /\p{Script=Greek}/u,
  Armenian: /\p{Script=Armenian}/u,
  Cherokee: /\p{Script=Cherokee}/u,
} as const;

/** The alphabets of the first word that mixes look-alike ones, as in an address with a Cyrillic `а`; `undefined` where none does. */
export function mixedScripts(text: string): readonly string[] | undefined {
  for (const word of text.split(/[\s@./\\:,;()[\]{}"'_-]+/)) {
    const found = Object.entries(scripts).flatMap(([name, pattern]) => (pattern.test(word) ? [name] : []));
    if (found.length > 1) return found;
  }
  return undefined;
}
