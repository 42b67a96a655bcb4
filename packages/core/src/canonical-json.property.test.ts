import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';
import { digestOf } from './digest.ts';

describe('canonical JSON', () => {
  it('agrees with an independent RFC 8785 implementation on any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
  });

  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).reverse());
        expect(digestOf(reversed)).toBe(digestOf(record));
      }),
    );
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], ['\ud800'], [() => 1], [10n]])(
    'refuses %p, which has no canonical form',
    (value) => {
      expect(() => canonicalJson(value)).toThrow();
    },
  );

  it('refuses what is nested without end by name, instead of ending in a stack overflow', () => {
    let value: unknown = 'end';
    for (let level = 0; level < 100_000; level += 1) value = [value];
    expect(() => canonicalJson(value)).toThrow(/nested deeper/);
  });

  it('gives two values one form only where JSON itself can not tell them apart', () => {
    expect(canonicalJson(JSON.parse('{"x":1.0,"y":-0}'))).toBe(canonicalJson({ y: 0, x: 1 }));
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
    // One letter in two Unicode forms: two different arguments.
    expect(canonicalJson('\u00e9')).not.toBe(canonicalJson('e\u0301'));
    expect(canonicalJson(['1'])).not.toBe(canonicalJson([1]));
  });
});
