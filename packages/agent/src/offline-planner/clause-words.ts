import type { Entity } from './find-entities.ts';
import { nameParticles, stopWords, valueStops } from './lexicon.ts';
import type { Token } from './tokenize.ts';

/** Commas, "and", the kind of thing, and people's names. */
const listJoint =
  /^ (?:(?:[,;&+•*\n()-]|and|also|plus|as well as|both|the|for|of|in|users?|accounts?|people|domains?|\p{Lu}[\p{L}'’.-]*) )+$/u;
const listTail =
  /^(?:in|for|from|to|on|at|now|right|too|also|then|as|users?|accounts?|people|domains?|please|with|using|and|asap|thanks|immediately)$/;

/** The words of one order, and which of them are accounted for. */
export class ClauseWords {
  readonly tokens: readonly Token[];
  readonly #used = new Set<number>();

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  isUsed(index: number): boolean {
    return this.#used.has(index);
  }

  use(from: number, to = from + 1): void {
    for (let index = from; index < to; index += 1) this.#used.add(index);
  }

  /**
   * True when the tokens at these places are plainly listed ("a, b and c"): nothing stands between them, or right behind the
   * last, that could give one of them another part in the matter ("a, as b asked").
   */
  isList(indexes: readonly number[]): boolean {
    const isJoint = (from: number, to: number) => {
      const between = this.tokens.slice(from, to).map(({ text }) => text);
      return listJoint.test(` ${between.join(' ')} `);
    };
    const last = indexes.at(-1) ?? 0;
    const behind = this.tokens[last + 1];
    const isEnd = behind === undefined || behind.kind === 'punctuation' || listTail.test(behind.lower);
    return isEnd && indexes.slice(1).every((index, at) => isJoint((indexes[at] ?? 0) + 1, index));
  }

  /** Unused entities of a kind, with their positions. */
  entities(kind: Entity['kind']): { readonly index: number; readonly value: string }[] {
    return this.tokens.flatMap(({ entity }, index) =>
      entity?.kind === kind && !this.#used.has(index) ? [{ index, value: entity.value }] : [],
    );
  }

  unusedEntities(): Entity[] {
    return this.tokens.flatMap(({ entity }, index) =>
      entity === undefined || this.#used.has(index) ? [] : [entity],
    );
  }

  unusedWords(): string[] {
    return this.tokens.flatMap(({ kind, lower }, index) =>
      kind === 'word' && !this.#used.has(index) ? [lower] : [],
    );
  }

  /** Where an unused phrase begins; -1 when it is not there. */
  find(phrase: string): number {
    const words = phrase.split(' ');
    return this.tokens.findIndex((_, index) =>
      words.every((word, offset) => {
        const token = this.tokens[index + offset];
        return token?.kind === 'word' && token.lower === word && !this.#used.has(index + offset);
      }),
    );
  }

  has(phrase: string): boolean {
    return this.find(phrase) >= 0;
  }

  /** The value that stands at `index` after an optional "is", "=", ":" …; runs to the next stop. */
  valueAt(
    index: number,
    options: { readonly single: boolean; readonly stops: ReadonlySet<string> },
  ): { readonly text: string; readonly from: number; readonly to: number } | undefined {
    let from = index;
    while (/^(?:is|are|=|:|as|to|of|the|called|named|being|should|be)$/.test(this.tokens[from]?.lower ?? ''))
      from += 1;
    const first = this.tokens[from];
    if (first === undefined || first.kind === 'punctuation' || this.#used.has(from)) return undefined;
    if (first.kind === 'entity') return { text: first.text, from, to: from + 1 };
    let to = from;
    for (; to < this.tokens.length; to += 1) {
      const token = this.tokens[to];
      if (token === undefined || token.kind !== 'word' || this.#used.has(to)) break;
      if (to > from && (options.single || valueStops.has(token.lower) || options.stops.has(token.lower)))
        break;
      if (to === from && valueStops.has(token.lower)) return undefined;
    }
    const text = this.tokens
      .slice(from, to)
      .map((token) => token.text)
      .join(' ');
    return { text, from, to };
  }

  /** A run of words that look like a person's name, from `index` on. */
  nameAt(index: number, isAnnounced: boolean): { readonly words: readonly string[]; readonly to: number } {
    const words: string[] = [];
    let to = index;
    for (; to < this.tokens.length; to += 1) {
      const token = this.tokens[to];
      if (token === undefined || token.kind !== 'word' || this.#used.has(to)) break;
      const isName = /^\p{Lu}[\p{L}\p{M}'’.-]*$/u.test(token.text) || nameParticles.has(token.lower);
      const isPlain =
        isAnnounced && /^\p{Ll}[\p{L}\p{M}'’-]*$/u.test(token.text) && !stopWords.has(token.lower);
      if (!isName && !(isPlain && !valueStops.has(token.lower))) break;
      words.push(token.text);
    }
    return { words, to };
  }
}
