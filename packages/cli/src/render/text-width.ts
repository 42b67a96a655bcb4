// biome-ignore lint/suspicious/noControlCharactersInRegex: our own styles take no room.
const style = /\u001b\[[0-9]+m/g;
const noRoom = /\p{M}/u;
/** East Asian wide and full-width characters (UAX #11), and pictures. */
const twoColumns =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Columns that a character takes in a terminal. */
export function characterWidth(character: string): number {
  if (noRoom.test(character)) return 0;
  return twoColumns.test(character) ? 2 : 1;
}

/** Columns that a text takes in a terminal, our own styles not counted. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(style, '')) width += characterWidth(character);
  return width;
}

/** The text in at most `width` columns; where something is left out, it ends with `…`. */
export function truncate(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}
