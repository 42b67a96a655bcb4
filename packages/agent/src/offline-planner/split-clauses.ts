import type { VerbLookup } from './describe-tool.ts';
import type { Token } from './tokenize.ts';

/** One order (or question) of a request. */
export interface Clause {
  readonly tokens: readonly Token[];
  /** True when the request says that it comes after the one before ("then", "afterwards"). */
  readonly isSequel: boolean;
}

const sequelWords = new Set(['then', 'afterwards', 'afterward', 'subsequently', 'finally', 'next']);
const fillers = new Set([
  'also',
  'please',
  'kindly',
  'just',
  'now',
  'then',
  'immediately',
  'and',
  'to',
  'not',
  "don't",
  'dont',
  'never',
  'do',
  'i',
  'you',
  'can',
  'could',
  'want',
  'need',
  "i'd",
  'like',
  'finally',
  'afterwards',
  'afterward',
  'next',
  'after',
  'that',
  'subsequently',
  'once',
  'done',
  'even',
  'avoid',
  'without',
  'if',
  'unless',
  'when',
  'who',
  'what',
  'which',
  'how',
]);

/**
 * Splits a request into its orders: at the end of a sentence, at a line that begins with a verb, and at "and", "then" or a
 * comma where a new verb follows. What stands behind "issues: …" is data, up to an empty line, whatever verbs it begins with.
 *
 * @param listWords names of things that some tool takes a list of.
 */
export function splitClauses(
  tokens: readonly Token[],
  verbs: VerbLookup,
  listWords: ReadonlySet<string>,
): Clause[] {
  const clauses: Clause[] = [];
  let current: Token[] = [];
  let isSequel = false;
  let isList = false;
  const close = (nextIsSequel: boolean) => {
    if (current.some(({ kind }) => kind !== 'punctuation')) {
      clauses.push({ tokens: current, isSequel });
      isSequel = nextIsSequel;
    } else {
      isSequel ||= nextIsSequel;
    }
    current = [];
  };
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) break;
    if (isList) {
      if (token.text === '\n' && tokens[index + 1]?.text === '\n') {
        isList = false;
        close(false);
      } else current.push(token);
      continue;
    }
    isList =
      token.text === ':' &&
      current.some(({ lower }) => listWords.has(lower)) &&
      current.some((_, at) => verbAt(current, at, verbs) !== undefined);
    if (isList) {
      current.push(token);
      continue;
    }
    if (token.kind === 'punctuation') {
      const isHardEnd = /[.;!?]/.test(token.text);
      const isSoftEnd = /[,\n:—–-]/.test(token.text) && startsOrder(tokens, index + 1, verbs);
      if (isHardEnd || isSoftEnd) {
        // A question keeps its mark: it is asked, not ordered.
        if (token.text === '?') current.push(token);
        close(false);
        continue;
      }
    } else if (token.kind === 'word') {
      if (sequelWords.has(token.lower) && startsOrder(tokens, index, verbs)) {
        close(true);
        continue;
      }
      const isLead =
        current.length > 0 && current.every(({ lower }) => /^(?:go|ahead|please|just|try)$/.test(lower));
      if (
        !isLead &&
        /^(?:and|but|plus|before|after|while|&)$/.test(token.lower) &&
        startsOrder(tokens, index + 1, verbs)
      ) {
        const next = tokens[index + 1];
        // "after that" points back and says nothing more.
        if (token.lower === 'after' && /^(?:that|this|which)$/.test(next?.lower ?? '')) index += 1;
        close(
          /^(?:before|after)$/.test(token.lower) ||
            (next !== undefined && (sequelWords.has(next.lower) || next.lower === 'after')),
        );
        continue;
      }
    }
    current.push(token);
  }
  close(false);
  return clauses;
}

/** True when the words from `index` on are, after any fillers, a verb. */
function startsOrder(tokens: readonly Token[], index: number, verbs: VerbLookup): boolean {
  for (let at = index; at < Math.min(index + 7, tokens.length); at += 1) {
    const token = tokens[at];
    if (token === undefined || token.kind === 'entity') return false;
    if (token.kind === 'punctuation') {
      if (/[,\n*•-]/.test(token.text)) continue;
      return false;
    }
    if (verbAt(tokens, at, verbs) !== undefined) return true;
    if (!fillers.has(token.lower) && !/^\d+$/.test(token.lower)) return false;
  }
  return false;
}

/** The verb at `index`, longest phrase first. "-ing" and "-ed" forms don't order anything. */
export function verbAt(
  tokens: readonly Token[],
  index: number,
  verbs: VerbLookup,
): { readonly actions: readonly string[]; readonly phrase: string; readonly length: number } | undefined {
  for (const length of [3, 2, 1]) {
    const part = tokens.slice(index, index + length);
    if (part.length < length || part.some(({ kind }) => kind !== 'word')) continue;
    const phrase = part.map(({ lower }) => lower).join(' ');
    const actions = verbs(phrase);
    if (actions !== undefined) return { actions, phrase, length };
  }
  return undefined;
}
