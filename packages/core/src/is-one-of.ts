/** Narrows a text to one of a fixed list of words. */
export function isOneOf<const T extends string>(words: readonly T[], text: string): text is T {
  return (words as readonly string[]).includes(text);
}
