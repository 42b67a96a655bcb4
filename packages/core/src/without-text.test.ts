import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from './errors/index.ts';
import { withoutText } from './without-text.ts';

const secret = ['a', 'known', 'secret'].join('/');

describe('a known secret', () => {
  it('is taken out of data wherever it stands, in a copy', () => {
    const data = { text: `it is ${secret}${secret}`, [secret]: [1, null, true, { deep: secret }] };
    const before = JSON.stringify(data);
    expect(withoutText(data, secret)).toEqual({
      text: 'it is [redacted][redacted]',
      '[redacted]': [1, null, true, { deep: '[redacted]' }],
    });
    expect(JSON.stringify(data)).toBe(before);
  });

  it('is taken out of an error, its stack, causes and members, and the error stays the one that it is', () => {
    const cause = Object.assign(new AggregateError([new Error(secret)], `for ${secret}`), {
      input: { secret },
    });
    const error = new InvalidInputError(`${secret} is wrong`, {
      cause,
      errors: [{ path: secret, message: 'no' }],
    });
    // As some clients make them: what failed names what it failed in.
    Object.assign(cause, { of: error });
    expect(withoutText(error, secret)).toBe(error);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({
      name: 'InvalidInputError',
      message: '[redacted] is wrong',
      errors: [{ path: '[redacted]' }],
      cause: { message: 'for [redacted]', input: { secret: '[redacted]' } },
    });
    expect(cause.errors[0]).toMatchObject({ message: '[redacted]' });
    for (const { stack } of [error, cause, cause.errors[0] as Error]) {
      expect(stack).toContain('without-text.test');
      expect(stack).not.toContain(secret);
    }
    expect(Object.keys(error)).not.toContain('message');
  });

  it('is taken out of data that goes round in a circle or down without an end', () => {
    const circle: Record<string, unknown> = { secret };
    circle.self = circle;
    const clean = withoutText(circle, secret);
    expect([clean.secret, clean.self]).toEqual(['[redacted]', clean]);
    const deep = JSON.parse(`${'['.repeat(3000)}"${secret}"${']'.repeat(3000)}`) as unknown;
    expect(JSON.stringify(withoutText(deep, secret))).not.toContain(secret);
  });

  it('is no reason to touch what does not hold it', () => {
    for (const value of ['text', 7, undefined, null, { a: [1] }])
      expect(withoutText(value, secret)).toEqual(value);
  });
});
