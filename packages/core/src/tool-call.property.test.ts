import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from './canonical-json.ts';
import { canonicalJson } from './canonical-json.ts';
import { approvalDigest, type Preview, type ToolCall, toolCallDigest } from './tool-call.ts';

const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const args = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), {
  maxKeys: 6,
}) as fc.Arbitrary<JsonObject>;
const call: fc.Arbitrary<ToolCall> = fc.record({ server: name, tool: name, arguments: args });
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const preview: fc.Arbitrary<Preview> = fc.record({
  summary: fc.string(),
  changes: fc.array(fc.record({ path: fc.string(), before: fc.jsonValue(), after: fc.jsonValue() }), {
    maxLength: 3,
  }) as fc.Arbitrary<Preview['changes']>,
  state_digest: fc.string({ minLength: 1 }),
});

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, shuffled(member)] as const);
  // defineProperty, since "__proto__" may be a member's name.
  const out = {};
  for (const [key, member] of entries.reverse())
    Object.defineProperty(out, key, { value: member, enumerable: true, configurable: true, writable: true });
  return out;
}

describe('the digest of a tool call', () => {
  it('is the same for the same call, whatever the order of members', () => {
    fc.assert(
      fc.property(call, digest, fc.option(preview, { nil: undefined }), (one, toolDigest, shown) => {
        const other = shuffled(one) as ToolCall;
        expect(toolCallDigest(other, toolDigest, shuffled(shown) as Preview | undefined)).toBe(
          toolCallDigest(one, toolDigest, shown),
        );
      }),
    );
  });

  it('differs for any two calls that differ, in whatever part', () => {
    fc.assert(
      fc.property(call, call, digest, digest, (one, other, toolDigest, otherDigest) => {
        const areSame = canonicalJson([one, toolDigest]) === canonicalJson([other, otherDigest]);
        expect(toolCallDigest(one, toolDigest) === toolCallDigest(other, otherDigest)).toBe(areSame);
      }),
    );
  });

  it('changes with every single argument: added, removed or given another value', () => {
    fc.assert(
      fc.property(call, digest, fc.string(), fc.jsonValue(), (one, toolDigest, key, value) => {
        const changed: JsonObject = { ...one.arguments };
        Object.defineProperty(changed, key, { value, enumerable: true, configurable: true, writable: true });
        const isSame = canonicalJson(changed) === canonicalJson(one.arguments);
        const before = toolCallDigest(one, toolDigest);
        expect(toolCallDigest({ ...one, arguments: changed }, toolDigest) === before).toBe(isSame);
        for (const removed of Object.keys(one.arguments)) {
          const rest = Object.fromEntries(Object.entries(one.arguments).filter(([k]) => k !== removed));
          expect(toolCallDigest({ ...one, arguments: rest }, toolDigest)).not.toBe(before);
        }
      }),
    );
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['a number and its text', { n: 1 }, { n: '1' }],
    ['null and nothing', { n: null }, {}],
    ['an empty list and an empty object', { n: [] }, { n: {} }],
    ['two spellings that look alike', { n: '\u00e9' }, { n: 'e\u0301' }],
    ['a trailing space', { n: 'a' }, { n: 'a ' }],
    ['the order of a list', { n: ['a', 'b'] }, { n: ['b', 'a'] }],
    ['a member moved into another', { a: { b: 1 } }, { a: {}, b: 1 }],
    ['false and zero', { n: false }, { n: 0 }],
  ])('tells %s apart', (_what, one, other) => {
    const of = (value: JsonObject) => toolCallDigest({ server: 's', tool: 't', arguments: value }, 'd');
    expect(of(one)).not.toBe(of(other));
  });

  it('does not mistake a server for a tool, however the names are cut', () => {
    const of = (server: string, tool: string) => toolCallDigest({ server, tool, arguments: {} }, 'd');
    expect(of('a/b', 'c')).not.toBe(of('a', 'b/c'));
    expect(of('ab', 'c')).not.toBe(of('a', 'bc'));
  });

  it('covers the preview that was shown, and that none was', () => {
    fc.assert(
      fc.property(call, digest, preview, preview, (one, toolDigest, shown, other) => {
        const areSame = canonicalJson(shown) === canonicalJson(other);
        expect(toolCallDigest(one, toolDigest, shown) === toolCallDigest(one, toolDigest, other)).toBe(
          areSame,
        );
        expect(toolCallDigest(one, toolDigest, shown)).not.toBe(toolCallDigest(one, toolDigest));
      }),
    );
  });
});

describe('the digest of an approval request', () => {
  it('differs for another request, other calls, and the same calls in another order or number', () => {
    fc.assert(
      fc.property(
        fc.tuple(name, fc.array(digest, { maxLength: 4 })),
        fc.tuple(name, fc.array(digest, { maxLength: 4 })),
        (one, other) => {
          const areSame = canonicalJson(one) === canonicalJson(other);
          expect(approvalDigest(...one) === approvalDigest(...other)).toBe(areSame);
        },
      ),
    );
    fc.assert(
      fc.property(name, fc.uniqueArray(digest, { minLength: 2, maxLength: 4 }), (id, calls) => {
        expect(approvalDigest(id, [...calls].reverse())).not.toBe(approvalDigest(id, calls));
        expect(approvalDigest(id, [...calls, ...calls.slice(0, 1)])).not.toBe(approvalDigest(id, calls));
      }),
    );
  });
});
