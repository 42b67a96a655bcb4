// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to keep out.
const ownStyleOrControl = /\u001b\[(?:1|2|22|3[1-6]|39)m|(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** The last gate before the terminal: passes our own few styles where there are any, and no other control character whatever came. */
export function guardTerminal(text: string, hasStyles: boolean): string {
  return text.replace(ownStyleOrControl, (found) => {
    if (found.startsWith('\u001b[')) return hasStyles ? found : '';
    return `\\u{${found.codePointAt(0)?.toString(16)}}`;
  });
}
