/**
 * Controls, format characters (zero-width, bidirectional overrides, soft hyphens, tag characters), half surrogates, private
 * use, and the letters and selectors that render as nothing: what a person who reads an approval can't see must not steer a
 * model either.
 */
const invisible =
  /(?![\n\t])(?:[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Variation_Selector}\u2028\u2029]|\u034F|\u115F|\u1160|\u17B4|\u17B5|\u180F|\u3164|\uFFA0)/gu;

export function sanitiseText(text: string): string {
  return text.replace(invisible, '');
}

/** One line for an error text: visible characters only, cut to `maxLength`. */
export function oneLine(text: string, maxLength = 300): string {
  const line = sanitiseText(text).replace(/\s+/g, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}
