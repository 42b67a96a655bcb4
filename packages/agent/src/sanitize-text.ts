/**
 * What no reader sees but a model reads: control characters except tab and newline, and everything that Unicode calls
 * ignorable or a format character (zero-width and bidirectional marks, tags, variation selectors, soft hyphens).
 */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2028\u2029]|(?![\t\n])\p{Cc}/gu;

export function sanitizeText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(invisible, '').toWellFormed();
}
