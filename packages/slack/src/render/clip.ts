import { visibleText } from '@hitl/core';

/**
 * Shortens what is not decided about (a reason, a title in a list) and says how much is missing. What can't be seen counts with the length
 * that it is spelled out with.
 */
export function clip(text: string, maxCharacters: number): string {
  const shown = visibleText(text);
  if (shown.length <= maxCharacters) return shown;
  const end = maxCharacters - 30;
  // Not through the middle of a surrogate pair.
  const cut = /[\ud800-\udbff]/.test(shown.charAt(end - 1)) ? end - 1 : end;
  return `${shown.slice(0, cut)}… [${shown.length - cut} characters more]`;
}
