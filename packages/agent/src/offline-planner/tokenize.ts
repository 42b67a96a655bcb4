import type { Entity, MaskedRequest } from './find-entities.ts';

export interface Token {
  readonly text: string;
  /** Lower case, without a possessive ending. */
  readonly lower: string;
  readonly kind: 'word' | 'entity' | 'punctuation';
  readonly entity?: Entity;
  readonly isPossessive: boolean;
}

const tokenShape =
  /@(\d+)(?:\s?'s\b)?|[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}'’._/+-]*[\p{L}\p{N}\p{M}])?|[^\s\p{L}\p{N}]|\n/gu;

export function tokenize({ text, entities }: MaskedRequest): Token[] {
  return [...text.matchAll(tokenShape)].map((match): Token => {
    const [whole] = match;
    const entity = match[1] === undefined ? undefined : entities[Number(match[1])];
    if (entity !== undefined) {
      return {
        text: entity.value,
        lower: entity.value.toLowerCase(),
        kind: 'entity',
        entity,
        isPossessive: whole.endsWith("'s"),
      };
    }
    const isWord = /[\p{L}\p{N}]/u.test(whole);
    const lower = whole.toLowerCase();
    const isPossessive = isWord && /['’]s$/.test(lower);
    return {
      text: whole,
      lower: isPossessive ? lower.slice(0, -2) : lower,
      kind: isWord ? 'word' : 'punctuation',
      isPossessive,
    };
  });
}
