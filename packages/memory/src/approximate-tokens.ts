/**
 * Tokens that a text takes in a prompt, roughly: one per 4 bytes of UTF-8. That is the usual 4 characters per token for English, and
 * stays on the safe side for scripts whose characters are tokens of their own. No tokenizer is asked: each model has another.
 */
export function approximateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / 4);
}
