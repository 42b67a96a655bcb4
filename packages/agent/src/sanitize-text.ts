/**
 * Characters that no reader sees but a model reads: C0/C1 controls (except tab and newline), zero-width and bidirectional
 * marks, soft hyphen, variation selectors, interlinear marks, Unicode tags and private-use carriers of hidden text.
 */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|[\u{1d173}-\u{1d17a}]/gu;

export function sanitizeText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(invisible, '').toWellFormed();
}
