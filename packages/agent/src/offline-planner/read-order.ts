import type { VerbLookup } from './describe-tool.ts';
import { infoNouns, isPlural } from './lexicon.ts';
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

const politeness =
  /^(?:(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|dear|team|bot|agent|assistant|also|then|now|next|first|firstly|secondly|finally|lastly|just|and|so|well|thanks|afterwards|after that|go ahead and|let's|lets|time to|try to|help me to|help me|make sure to|be sure to|i want you to|i want to|i need you to|i need to|i would like you to|i would like to|i'd like you to|i'd like to|we want to|we need to|we should|we must|you should|you must|you need to|you have to|(?:can|could|would|will) (?:you|we|someone|somebody|anyone|anybody)|can i|could i|may i|would you mind|immediately|quickly|\d+|[,.:*•)(-])\s+)+/u;
const negated =
  /^(?:do not|don't|dont|don ' t|never|not|no need to|there is no need to|you must not|you should not|you shouldn't|you mustn't|must not|should not|shouldn't|we must not|we should not|we don't need to|i don't want you to|i do not want you to|avoid|refrain from|stop|under no circumstances|without)\b/u;
const conditional =
  /(?:^|\s)(?:if|unless|whenever|provided|assuming|in case|as soon as|when|until|depending|maybe|perhaps)(?:\s|$)/u;
const alternative = /(?:^|\s)(?:or|either|instead|rather|versus|vs)(?:\s|$)/u;
const scheduled =
  /(?:^|\s)(?:tomorrow|tonight|later|daily|weekly|monthly|hourly|midnight|noon|temporarily|(?:next|every|each|this) (?:day|week|month|year|hour|morning|evening|night|weekend|quarter|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|(?:in|for|after) (?:\d+|a|an|one|two|three|few|a few) (?:second|minute|hour|day|week|month|year)s?|at \d{1,2}(?: : \d{2})?\s?(?:am|pm|o'clock|utc)|at \d{1,2} : \d{2}|at \d{1,2}(?:am|pm))(?:\s|$)/u;
const capability =
  /^(?:help$|help \?|what can you (?:do|help)|what (?:are you able|do you do|else can you)|which (?:tools|actions|commands)|what (?:tools|actions|commands)|who are you|what are you|how (?:do|can|could|should|would|to|does)\b|are you able|do you (?:support|know how)|is it possible|list (?:your|the|all|available) (?:tools|commands|actions|capabilities)|show (?:me )?(?:your|the|all|available) (?:tools|commands|capabilities))/u;
const idleQuestion =
  /^(?:why|when|where|should|shall|would|did|was|were|had|will|what (?:happens|happened|if|would|will|does it mean)|who (?:suspended|disabled|created|removed|deleted|added|granted|did|has (?:suspended|created|removed|deleted))|have you|has anyone|has anybody|has someone)\b/u;
/** Questions that reading can answer. */
const readingQuestions: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:how many|who are|which|what (?!is\b|'s\b|about\b))/u, ['list', 'get']],
  [/^(?:who is|who's|what is|what's|what about|is|are|does|has|do)\b/u, ['get', 'list']],
];
const passive =
  /(?:^|\s)(?:should|must|needs to|need to|has to|have to|shall|is to|are to|can|could)(?: now| please| also| immediately)* be (\S+)/u;
/** "I want a@x.com suspended" */
const wished =
  /^(?:please )?(?:i|we) (?:want|need|would like|'d like)(?: to have)? .*@.* (\S+ed)(?: please| now)*$/u;
/** "a@x.com needs the role …" */
const needs = /^@ (?:needs|requires|should (?:have|get)|must (?:have|get)|has to (?:have|get))\s/u;
/** "I need the AWS role … for a@x.com" */
const wanted = /^(?:please )?(?:i|we) need (?!to\b|you\b|help\b).*@/u;
/** Somebody named in a clause is to be spared, in words that leave open who is not. */
const guarded =
  /(?:^|\s)(?:don't|dont|never|leave|keep|skip|spare|protect|exempt|but(?! not\b| also\b))\s.*@|@.*\s(?:alone|untouched|stays?|remains?|exempt)(?:\s|$)/u;
/** Background that explains an order without changing it. */
const remark =
  /^(?:she|he|they|it|this|that|who|we|i am|i'm|thanks|thank|cheers|regards|best|sincerely|fyi|reason|context|because|background)\b/u;
const restriction =
  /\b(?:only|but|not|except|wait|before|until|other|rather|instead|actually|sorry|no)\b|n't\b/u;

export function readOrder(clause: Clause, verbs: VerbLookup): Order {
  const { tokens } = clause;
  const text = tokens.map(({ kind, text: word }) => (kind === 'entity' ? '@' : word.toLowerCase())).join(' ');
  const isAsked = tokens.at(-1)?.text === '?';
  const start = politeness.exec(`${text} `)?.[0] ?? '';
  const core = text.slice(start.length).trim();
  if (core.replace(/[^\p{L}\p{N}@]/gu, '') === '') return { mood: 'empty' };
  if (negated.test(core) || negated.test(text)) return { mood: 'forbidden' };
  if (capability.test(core) || capability.test(text)) return { mood: 'capability' };
  if (conditional.test(text)) return { mood: 'conditional' };
  if (scheduled.test(text)) return { mood: 'scheduled' };
  if (alternative.test(text)) return { mood: 'alternative' };
  if (idleQuestion.test(text) && !/^(?:would|will) you\b/u.test(text)) return { mood: 'question' };

  const from = start.trim() === '' ? 0 : start.trim().split(/\s+/).length;
  const first = skipPunctuation(tokens, from);
  const found = verbAt(tokens, first, verbs);
  if (found !== undefined) {
    if (guarded.test(text)) return { mood: 'unclear' };
    const rest = tokens.slice(first + found.length);
    const isPoliteQuestion = /\b(?:can|could|would|will) (?:you|we|someone|somebody|anyone|anybody)\b/u.test(
      start,
    );
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
