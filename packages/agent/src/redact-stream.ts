import { redactText } from '@hitl/core';

/** The longest secret shape other than a key block spans fewer words than this ("the password is …"). */
const heldBackWords = 6;

/**
 * Redacts a text that arrives in pieces: the last words are held back until what follows them is known, so that no half of a
 * secret gets out.
 */
export function createRedactStream(emit: (text: string) => void): { push(delta: string): void; end(): void } {
  let held = '';

  const release = (raw: string) => {
    if (raw !== '') emit(redactText(raw));
  };

  return {
    push(delta) {
      held += delta;
      const cut = startOfLastWords(held, heldBackWords);
      if (cut === 0 || holdsOpenKeyBlock(held)) return;
      const head = held.slice(0, cut);
      const tail = held.slice(cut);
      // A secret that spans the cut shows as a difference; it goes out with what comes next.
      if (redactText(held) !== redactText(head) + redactText(tail)) return;
      release(head);
      held = tail;
    },
    end() {
      release(held);
      held = '';
    },
  };
}

function holdsOpenKeyBlock(text: string): boolean {
  return text.lastIndexOf('-----BEGIN ') > text.lastIndexOf('-----END ');
}

function startOfLastWords(text: string, count: number): number {
  let at = text.length;
  for (let word = 0; word < count && at > 0; word += 1) {
    while (at > 0 && /\s/.test(text.charAt(at - 1))) at -= 1;
    while (at > 0 && /\S/.test(text.charAt(at - 1))) at -= 1;
  }
  return at;
}
