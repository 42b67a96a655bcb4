import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidInputError } from './errors/index.ts';
import { decodeCursor, encodeCursor } from './page-cursor.ts';
import { checkPageLimit, maximumPageLimit } from './page-limit.ts';

const scope = fc.dictionary(
  fc.constantFrom('list', 'status', 'user_id'),
  fc.option(fc.string(), { nil: undefined }),
);

describe('a cursor', () => {
  it('gives back the position that it was made of, for the list that it was made for, as text for a URL', () => {
    fc.assert(
      fc.property(scope, fc.string({ unit: 'grapheme' }), (of, position) => {
        const cursor = encodeCursor(of, position);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(of, cursor)).toBe(position);
        expect(decodeCursor(Object.fromEntries(Object.entries(of).reverse()), cursor)).toBe(position);
      }),
    );
  });

  it('is refused by every other list, by name of the field', () => {
    const cursor = encodeCursor({ list: 'approvals', status: 'pending' }, 'p');
    for (const other of [
      { list: 'approvals' },
      { list: 'approvals', status: 'approved' },
      { list: 'runs', status: 'pending' },
      {},
    ])
      expect(() => decodeCursor(other, cursor)).toThrow(
        expect.objectContaining({
          code: 'invalid_input',
          errors: [expect.objectContaining({ path: 'cursor' })],
        }),
      );
  });

  it('that somebody made up is refused and never breaks anything', () => {
    const made = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    );
    fc.assert(
      fc.property(made, (cursor) => {
        expect(() => decodeCursor({ list: 'runs' }, cursor)).toThrow(InvalidInputError);
      }),
    );
  });
});

describe('the size of a page', () => {
  it('is a whole number from 1 to the maximum', () => {
    for (const limit of [1, 20, maximumPageLimit]) expect(checkPageLimit(limit)).toBe(limit);
    for (const limit of [0, -1, 1.5, maximumPageLimit + 1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => checkPageLimit(limit)).toThrow(InvalidInputError);
  });
});
