import type { JsonObject, JsonValue } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { validateArguments } from './validate-arguments.ts';

const person = {
  type: 'object',
  properties: { name: { type: 'string', minLength: 1 }, boss: { $ref: '#/$defs/person' } },
  required: ['name'],
  additionalProperties: false,
};
const cases: readonly (readonly [string, JsonObject, JsonValue, readonly string[]])[] = [
  ['what fits', { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }, { a: 1 }, []],
  ['a missing member', { type: 'object', required: ['a'] }, {}, ['a is required']],
  [
    'a wrong type',
    { type: 'object', properties: { a: { type: ['integer', 'null'] } } },
    { a: 'x' },
    ['a must be integer or null'],
  ],
  [
    'an unknown member',
    { type: 'object', additionalProperties: false },
    { b: 1 },
    ['b is not an argument of this tool'],
  ],
  ['an enumeration', { properties: { a: { enum: ['x', 'y'] } } }, { a: 'z' }, ['a must be one of "x", "y"']],
  [
    'a pattern',
    { properties: { a: { type: 'string', pattern: '^\\d+$' } } },
    { a: 'x' },
    ['a must match ^\\d+$'],
  ],
  [
    'bounds',
    { properties: { a: { minimum: 1, maximum: 5 }, b: { maxLength: 2 } } },
    { a: 9, b: 'xyz' },
    ['a must be at most 5', 'b must have at most 2 characters'],
  ],
  [
    'items',
    { properties: { a: { type: 'array', minItems: 1, items: { type: 'string' } } } },
    { a: ['x', 1] },
    ['a[1] must be string'],
  ],
  [
    'one of two',
    { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    ['a is required, or b is required'],
  ],
  [
    'both of one of two',
    { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    { a: 1, b: 2 },
    ['the input fits more than one of the alternatives, of which exactly one is wanted'],
  ],
  [
    'a recursive reference',
    { $ref: '#/$defs/person', $defs: { person } } as JsonObject,
    { name: 'A', boss: { name: '' } },
    ['boss.name must have at least 1 characters'],
  ],
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  ['a condition', { if: { required: ['a'] }, then: { required: ['b'] } }, { a: 1 }, ['b is required']],
  ['a pattern that is none', { properties: { a: { type: 'string', pattern: '(' } } }, { a: 'x' }, []],
  ['a keyword that it does not know', { dependentRequired: { a: ['b'] } }, { a: 1 }, []],
  ['a reference to elsewhere', { properties: { a: { $ref: 'https://example.com/schema' } } }, { a: 1 }, []],
];

describe('checking arguments against a schema', () => {
  it.each(cases)('judges %s', (_what, schema, value, problems) => {
    expect(validateArguments(schema, value)).toEqual(problems);
  });

  it.each(['^(a+)+$', '^(?:a|a)*$', '^(a*)*b$', '(?=a+)+b', '^(a)\\1+$', 'a*a*a*a*a*b'])(
    'does not run %s, on which one text could hold everything up',
    (pattern) => {
      const schema = { type: 'object', properties: { text: { type: 'string', pattern } } };
      expect(validateArguments(schema, { text: `${'a'.repeat(1000)}!` })).toEqual([]);
    },
  );

  it('still runs the patterns that tools have', () => {
    const pattern = '^arn:aws:iam::\\d{12}:role/[a-zA-Z0-9_-]+$';
    const schema = { type: 'object', properties: { role: { type: 'string', pattern } } };
    expect(validateArguments(schema, { role: 'arn:aws:iam::123456789012:role/admin' })).toEqual([]);
    expect(validateArguments(schema, { role: 'admin' })).toHaveLength(1);
  });
});
