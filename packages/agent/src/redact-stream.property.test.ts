import { redactText } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedactStream } from './redact-stream.ts';

const secrets = [
  'the password is hunter22',
  `api key: ${'k'.repeat(12)}`,
  `ghp_${'a'.repeat(30)}`,
  `Bearer ${'t'.repeat(20)}`,
  `-----BEGIN RSA ${'PRIVATE'} KEY-----\nabc def\nghi jkl mno pqr stu vwx\n-----END RSA ${'PRIVATE'} KEY-----`,
];

describe('the redacting stream', () => {
  it('lets out exactly the redacted text, however the text is cut into pieces', () => {
    const word = fc.oneof(fc.constantFrom(...secrets), fc.stringMatching(/^[a-z.,]{1,8}$/));
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 30 }),
        fc.array(fc.nat({ max: 9 }), { minLength: 1 }),
        (words, sizes) => {
          const text = words.join(' ');
          let out = '';
          const stream = createRedactStream((piece) => {
            out += piece;
          });
          for (let at = 0, turn = 0; at < text.length; turn += 1) {
            const size = 1 + (sizes[turn % sizes.length] ?? 0);
            stream.push(text.slice(at, at + size));
            at += size;
          }
          stream.end();
          expect(out).toBe(redactText(text));
        },
      ),
    );
  });
});
