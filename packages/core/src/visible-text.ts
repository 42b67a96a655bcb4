/**
 * What a screen would not show, or a terminal would obey: control characters (escape sequences begin with one), bidirectional and
 * invisible characters, lone surrogates, unassigned and private ones, and every space that is not the plain one.
 */
const unseen =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/gu;

/**
 * Text from outside as it may be shown: what can't be seen is spelled out as `\u{…}`, so that nothing on the screen is other than what
 * is there. Line feeds and tabs stay.
 */
export function visibleText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(unseen, (character) =>
      character === '\n' || character === '\t' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
    );
}

/** The same on one line. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/**
 * JSON in which everything that can't be seen is a `\u` escape: the same value for a machine, and the whole of it for a person. Two
 * values that differ never look the same.
 */
export function visibleJson(value: unknown, indent?: number): string {
  return escapeJson(JSON.stringify(value, null, indent) ?? 'null');
}

/** The same for JSON text, or a part of it: outside of strings JSON has no such character but the line feed. */
export function escapeJson(text: string): string {
  return text.replace(unseen, (character) => {
    if (character === '\n') return character;
    let escaped = '';
    for (let at = 0; at < character.length; at += 1)
      escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
    return escaped;
  });
}
