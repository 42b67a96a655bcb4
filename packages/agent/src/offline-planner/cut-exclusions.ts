import type { Token } from './tokenize.ts';

/** What follows explains the order and is no part of it, as long as it names nothing. */
const explanation = /^(?:because|since|due|per|see|ref|reference|reason|fyi|regarding)$/;
const exclusion = /^(?:except|excluding|without|not|besides|barring)$/;

/** Cuts off "except …", "but not …": who is left out must not be taken for who is meant. */
export function cutExclusions(tokens: readonly Token[]): { kept: readonly Token[]; isNarrowed: boolean } {
  const text = (index: number) => tokens[index]?.text.toLowerCase() ?? '';
  const why = tokens.findIndex(
    ({ kind }, index) =>
      kind === 'word' && (explanation.test(text(index)) || isAsAgreed(text(index), text(index + 1))),
  );
  if (why > 0 && !tokens.slice(why).some(({ kind }) => kind === 'entity'))
    return cutExclusions(tokens.slice(0, why));
  const at = tokens.findIndex(
    ({ kind }, index) =>
      kind === 'word' &&
      (exclusion.test(text(index)) ||
        (text(index) === 'other' && text(index + 1) === 'than') ||
        (text(index) === 'apart' && text(index + 1) === 'from')),
  );
  if (at < 0) return { kept: tokens, isNarrowed: false };
  const before = tokens.slice(0, at);
  const end = before.at(-1)?.lower === 'but' ? at - 1 : at;
  const hasEntity = before.some(({ kind }) => kind === 'entity');
  const isAll = before.some(({ lower }) => /^(?:all|every|everyone|everybody|anyone)$/.test(lower));
  return { kept: tokens.slice(0, end), isNarrowed: !hasEntity || isAll };
}

function isAsAgreed(first: string, second: string): boolean {
  return (
    (first === 'as' && /^(?:per|requested|discussed|agreed)$/.test(second)) ||
    (first === 'according' && second === 'to')
  );
}
