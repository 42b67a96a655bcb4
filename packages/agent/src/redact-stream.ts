import { redactText } from '@hitl/core';

/** A secret's shape spans at most this many words ("the password is …", a private key's header). */
const heldBackWords = 6;

/**
 * Redacts a text that arrives in pieces: the last words are held back until what follows them is known, so that no half of a
 * secret gets out.
 */
export function createRedactStream(emit: (text: string) => void): { push(delta: string): void; end(): void } {
  let received = '';
  let emitted = '';

  const release = (clean: string) => {
    // Redaction of what is already out never changes; if it ever would, say nothing more until the end.
    if (clean.length <= emitted.length || !clean.startsWith(emitted)) return;
    emit(clean.slice(emitted.length));
    emitted = clean;
  };

  return {
    push(delta) {
      received += delta;
      const clean = redactText(received);
      release(clean.slice(0, startOfLastWords(clean, heldBackWords)));
    },
    end() {
      release(redactText(received));
    },
  };
}

function startOfLastWords(text: string, count: number): number {
  let at = text.length;
  for (let word = 0; word < count && at > 0; word += 1) {
    while (at > 0 && /\s/.test(text.charAt(at - 1))) at -= 1;
    while (at > 0 && /\S/.test(text.charAt(at - 1))) at -= 1;
  }
  return at;
}
