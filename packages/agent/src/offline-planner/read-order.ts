import { readActions, type VerbLookup } from './describe-tool.ts';
import { infoNouns, isPlural } from './lexicon.ts';
import {
  alternative,
  capability,
  conditional,
  guarded,
  idleQuestion,
  lookingInto,
  needs,
  negated,
  passive,
  politeness,
  readingQuestions,
  remark,
  restriction,
  scheduled,
  wanted,
  wished,
} from './order-patterns.ts';
import { type Clause, verbAt } from './split-clauses.ts';
import type { Token } from './tokenize.ts';

/** What a clause is: only an `order` (or a question that a look-up answers) can lead to a call. */
export type Order =
  | {
      readonly mood: 'order';
      /** What the verb can mean, likeliest first. */
      readonly actions: readonly string[];
      readonly verb: string;
      /** The clause from behind the verb on. */
      readonly rest: readonly Token[];
      /** True when the clause merely asks; it must not change anything. */
      readonly isQuestion: boolean;
    }
  | {
      readonly mood:
        | 'forbidden'
        | 'conditional'
        | 'scheduled'
        | 'capability'
        | 'question'
        | 'alternative'
        | 'remark'
        | 'unclear'
        | 'empty';
    };

export function readOrder(clause: Clause, verbs: VerbLookup): Order {
  const { tokens } = clause;
  const text = tokens.map(({ kind, text: word }) => (kind === 'entity' ? '@' : word.toLowerCase())).join(' ');
  const isAsked = tokens.at(-1)?.text === '?';
  const start = politeness.exec(`${text} `)?.[0] ?? '';
  const core = text.slice(start.length).trim();
  if (core.replace(/[^\p{L}\p{N}@]/gu, '') === '') return { mood: 'empty' };
  if (negated.test(core) || negated.test(text)) return { mood: 'forbidden' };
  if (capability.test(core) || capability.test(text)) return { mood: 'capability' };
  if (conditional.test(text.replace(lookingInto, ''))) return { mood: 'conditional' };
  if (scheduled.test(text)) return { mood: 'scheduled' };
  if (alternative.test(text)) return { mood: 'alternative' };
  if (idleQuestion.test(text) && !/^(?:would|will) you\b/u.test(text)) return { mood: 'question' };

  const from = start.trim() === '' ? 0 : start.trim().split(/\s+/).length;
  const first = skipPunctuation(tokens, from);
  const found = verbAt(tokens, first, verbs);
  if (found !== undefined) {
    if (guarded.test(text) && !found.actions.every((action) => readActions.has(action)))
      return { mood: 'unclear' };
    const rest = tokens.slice(first + found.length);
    const isPoliteQuestion =
      /\b(?:can|could|would|will) (?:you|u|we|someone|somebody|anyone|anybody)\b/u.test(start);
    // "Can you suspend users?" asks about the ability; "can you suspend a@x.com?" is an order.
    if (isPoliteQuestion && isAsked && !rest.some(({ kind }) => kind === 'entity'))
      return { mood: 'capability' };
    return {
      mood: 'order',
      ...meaningOf(found, rest),
      rest,
      verb: found.phrase,
      isQuestion: isAsked && !isPoliteQuestion,
    };
  }
  for (const [pattern, actions] of readingQuestions) {
    const match = pattern.exec(core);
    if (match !== null) {
      const words = match[0].trim().split(/\s+/).length;
      return {
        mood: 'order',
        actions,
        verb: match[0].trim(),
        rest: tokens.slice(from + words),
        isQuestion: true,
      };
    }
  }
  if (
    remark.test(core) &&
    !restriction.test(text) &&
    !text.includes('@') &&
    !tokens.some((_, at) => verbAt(tokens, at, verbs))
  ) {
    return { mood: 'remark' };
  }
  const told = passive.exec(text) ?? wished.exec(text);
  const participle = told?.[1] === undefined ? undefined : verbOfParticiple(told[1], verbs);
  if (participle !== undefined && !isAsked) {
    const rest = tokens.filter(({ lower }) => lower !== told?.[1]);
    return { mood: 'order', ...participle, rest, isQuestion: false };
  }
  const needed = isAsked ? null : needs.exec(text);
  if (needed !== null) {
    return { mood: 'order', actions: ['add'], verb: 'give', rest: tokens, isQuestion: false };
  }
  if (!isAsked && wanted.test(text)) {
    return {
      mood: 'order',
      actions: ['add', 'create'],
      verb: 'add',
      rest: tokens.slice(2),
      isQuestion: false,
    };
  }
  const head = tokens[first];
  if (head?.lower === 'new')
    return {
      mood: 'order',
      actions: ['create'],
      verb: 'new',
      rest: tokens.slice(first + 1),
      isQuestion: false,
    };
  // A bare noun phrase ("details of …", "all users of …") asks to see it.
  if (head !== undefined && head.kind === 'word' && startsNounPhrase(tokens.slice(first))) {
    return {
      mood: 'order',
      actions: ['get', 'list'],
      verb: 'show',
      rest: tokens.slice(first),
      isQuestion: true,
    };
  }
  return { mood: 'unclear' };
}

/** "give me details" and "tell me about" look something up, "give a@x.com a role" does not. */
function meaningOf(
  found: { readonly actions: readonly string[]; readonly phrase: string },
  rest: readonly Token[],
) {
  const [first, ...others] = rest.filter(({ kind }) => kind !== 'punctuation');
  if (/^(?:give|send|provide)$/.test(found.phrase) && /^(?:me|us)$/.test(first?.lower ?? '')) {
    const isLookUp = others
      .slice(0, 4)
      .some(({ lower }) => infoNouns.has(lower.replace(/s$/, '')) || lower === 'all');
    if (isLookUp) return { actions: ['get', 'list'] };
  }
  return { actions: found.actions };
}

function startsNounPhrase(tokens: readonly Token[]): boolean {
  const words = tokens
    .slice(0, 3)
    .filter(({ lower }) => !/^(?:all|the|a|an|full|detailed|every|user|aws)$/.test(lower));
  const head = words[0];
  return head?.kind === 'word' && (infoNouns.has(head.lower.replace(/s$/, '')) || isPlural(head.lower));
}

function verbOfParticiple(word: string, verbs: VerbLookup) {
  const bases =
    word === 'given'
      ? ['give']
      : [word.replace(/d$/, ''), word.replace(/ed$/, ''), word.replace(/(.)\1ed$/, '$1')];
  for (const base of bases) {
    const actions = base === word ? undefined : verbs(base);
    if (actions !== undefined) return { actions, verb: base };
  }
  return undefined;
}

function skipPunctuation(tokens: readonly Token[], from: number): number {
  let at = from;
  while (tokens[at]?.kind === 'punctuation') at += 1;
  return at;
}
