import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deriveProjectKeys, projectKeyPattern } from './project-key.ts';

describe('project keys derived from names', () => {
  it.each([
    ['test-project-cking', 'TPC'],
    ['Payments', 'PAYMENTS'],
    ['Infrastructure', 'INFRASTRUC'],
    ['Élan vital', 'EV'],
    ['2026 Cloud Migration', 'CM'],
    ['3M', undefined],
    ['X', undefined],
    ['R&D', 'RD'],
    ['a b c d e f g h i j k l', 'ABCDEFGHIJ'],
    ['日本語', undefined],
  ])('of %s: %s', (name, key) => {
    expect(deriveProjectKeys(name)[0]).toBe(key);
  });

  it('are always legal and different from each other', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (name) => {
        const keys = deriveProjectKeys(name);
        for (const key of keys) expect(key).toMatch(projectKeyPattern);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});
