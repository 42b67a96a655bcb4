/** Shortens what is not decided about (a reason, a title in a list) and says how much is missing. */
export function clip(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const end = maxCharacters - 30;
  // Not through the middle of a surrogate pair.
  const cut = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
  return `${text.slice(0, cut)}… [${text.length - cut} characters more]`;
}
