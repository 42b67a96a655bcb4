/** What the sentences of a request look like, on text in lower case with `@` for every address or quoted thing. */

export const politeness =
  /^(?:(?:please|pls|plz|kindly|hey|hi|hello|ok|okay|dear|team|bot|agent|assistant|also|then|now|next|first|firstly|secondly|finally|lastly|just|and|so|well|thanks|afterwards|after that|go ahead and|let's|lets|time to|try to|help me to|help me|make sure to|be sure to|i want you to|i want to|i need you to|i need to|i would like you to|i would like to|i'd like you to|i'd like to|id like you to|id like to|we want to|we need to|we should|we must|you should|you must|you need to|you have to|(?:can|could|would|will) (?:you|u|we|someone|somebody|anyone|anybody)|can i|could i|may i|would you mind|immediately|quickly|\d+|[,.:*•)(-])\s+)+/u;
export const negated =
  /^(?:do not|don't|dont|don ' t|never|not|no need to|there is no need to|you must not|you should not|you shouldn't|you mustn't|must not|should not|shouldn't|we must not|we should not|we don't need to|i don't want you to|i do not want you to|avoid|refrain from|stop|under no circumstances|without)\b/u;
export const conditional =
  /(?:^|\s)(?:if|unless|whenever|provided|assuming|in case|as soon as|when|until|depending|maybe|perhaps)(?:\s|$)/u;
export const alternative = /(?:^|\s)(?:or|either|instead|rather|versus|vs)(?:\s|$)/u;
export const scheduled =
  /(?:^|\s)(?:tomorrow|tonight|later|daily|weekly|monthly|hourly|midnight|noon|temporarily|(?:next|every|each|this) (?:day|week|month|year|hour|morning|evening|night|weekend|quarter|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|(?:in|for|after) (?:\d+|a|an|one|two|three|few|a few) (?:second|minute|hour|day|week|month|year)s?|at \d{1,2}(?: : \d{2})?\s?(?:am|pm|o'clock|utc)|at \d{1,2} : \d{2}|at \d{1,2}(?:am|pm))(?:\s|$)/u;
export const capability =
  /^(?:help$|help \?|what can you (?:do|help)|what (?:are you able|do you do|else can you)|which (?:tools|actions|commands)|what (?:tools|actions|commands)|who are you|what are you|how (?:do|can|could|should|would|to|does)\b|are you able|do you (?:support|know how)|is it possible|list (?:your|the|all|available) (?:tools|commands|actions|capabilities)|show (?:me )?(?:your|the|all|available) (?:tools|commands|capabilities))/u;
export const idleQuestion =
  /^(?:why|when|where|should|shall|would|did|was|were|had|will|what (?:happens|happened|if|would|will|does it mean)|who (?:suspended|disabled|created|removed|deleted|added|granted|did|has (?:suspended|created|removed|deleted))|have you|has anyone|has anybody|has someone)\b/u;
/** Questions that reading can answer. */
export const readingQuestions: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:how many|who are|which|what (?!is\b|'s\b|about\b))/u, ['list', 'get']],
  [/^(?:who is|who's|what is|what's|what about|is|are|does|has|do)\b/u, ['get', 'list']],
];
export const passive =
  /(?:^|\s)(?:should|must|needs to|need to|has to|have to|shall|is to|are to|can|could)(?: now| please| also| immediately)* be (\S+)/u;
/** "I want a@x.com suspended" */
export const wished =
  /^(?:please )?(?:i|we) (?:want|need|would like|'d like)(?: to have)? .*@.* (\S+ed)(?: please| now)*$/u;
/** "a@x.com needs the role …" */
export const needs = /^@ (?:needs|requires|should (?:have|get)|must (?:have|get)|has to (?:have|get))\s/u;
/** "I need the AWS role … for a@x.com" */
export const wanted = /^(?:please )?(?:i|we) need (?!to\b|you\b|help\b).*@/u;
/** Somebody named in a clause is to be spared, in words that leave open who is not. */
export const guarded =
  /(?:^|\s)(?:don't|dont|never|leave|keep|skip|spare|protect|exempt|but(?! not\b| also\b))\s.*@|@.*\s(?:alone|untouched|stays?|remains?|exempt)(?:\s|$)|@ (?:is|was|are|were|has|had|will|did)\s/u;
/** Background that explains an order without changing it. */
export const remark =
  /^(?:she|he|they|it|this|that|who|we|i am|i'm|thanks|thank|cheers|regards|best|sincerely|fyi|reason|context|because|background)\b/u;
export const restriction =
  /\b(?:only|but|not|except|wait|before|until|other|rather|instead|actually|sorry|no)\b|n't\b/u;

/** "check if …" is a question, not a condition. */
export const lookingInto = /(?:check|see|find out|tell me|let me know|look up) if(?=\s)/gu;
