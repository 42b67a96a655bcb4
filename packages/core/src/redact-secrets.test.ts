import { describe, expect, it } from '@jest/globals';
import { redacted, redactSecrets, redactText } from './redact-secrets.ts';

// Put together here, so that no scanner takes this file for a leak.
const word = ['hunter2', 'abc'].join('');
const long = 'a1'.repeat(20);

describe('redacting a text', () => {
  it.each([
    ['JSON in a text block', `{"user":"jane","password":"${word} with blanks","note":"x"}`],
    ['JSON that was cut off', `{"password":"${word} and`],
    ['JSON inside JSON', `{\\"password\\":\\"${word}\\"}`],
    ['a name in snake case', `"client_secret": "${word}"`],
    ['a name in camel case', `"clientSecret":"${word}"`],
    ['an environment variable', `DB_PASSWORD=${word}`],
    ['a cloud key', `AWS_SECRET_ACCESS_KEY=${word}`],
    ['a sentence', `the password is ${word}`],
    ['a sentence about somebody', `set the password of jane.doe@example.com to ${word}`],
    ['another sentence about somebody', `password for jane: ${word}`],
    ['another language', `Passwort: ${word}`],
    ['an address', `https://jane:${word}@example.com/x`],
  ])('takes the secret out of %s', (_what, text) => {
    expect(redactText(text)).not.toContain(word);
    expect(redactText(redactText(text))).toBe(redactText(text));
  });

  it.each([
    ['github_pat_', long],
    ['glpat-', long],
    ['AIza', 'a'.repeat(35)],
    ['GOCSPX-', long],
    ['sk-ant-', long],
    ['sk_live_', long],
    ['xapp-1-', long],
    ['Authorization: Basic ', `${long}==`],
    ['token: ', long],
  ])('knows the shape %s', (prefix, rest) => {
    expect(redactText(`before ${prefix}${rest} after`)).not.toContain(rest);
  });

  it.each([
    'set a new password for jane',
    'change_password_at_next_login: true',
    '{"page_token":"abcdefghijklmnopqrst"}',
    'Basic internationalization of the secretary: Jane',
    '{"password":{"type":"string"}}',
    'see https://example.com:8443/path@v1',
  ])('leaves %j alone', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it.each(['password ', '"password":"', 'a-', '://a:', 'token:', 'eyJ'])(
    'takes no time that grows with the square of the text (%j over and over)',
    (piece) => {
      const redactedText = redactText(piece.repeat(40_000));
      expect(redactedText.length).toBeGreaterThan(0);
    },
  );
});

describe('redacting a value', () => {
  it('takes everything under the name of a secret', () => {
    expect(
      redactSecrets({
        passwords: ['a'],
        credentials: { user: 'x', pin: 12 },
        has_password: true,
        secret: null,
      }),
    ).toEqual({
      passwords: [redacted],
      credentials: { user: redacted, pin: redacted },
      has_password: true,
      secret: null,
    });
  });

  it('takes the value beside the name of a secret, as in the changes of a preview', () => {
    expect(
      redactSecrets({
        changes: [
          { path: 'user.password', before: 'a', after: 'b' },
          { path: 'name', after: 'c' },
        ],
      }),
    ).toEqual({
      changes: [
        { path: 'user.password', before: redacted, after: redacted },
        { path: 'name', after: 'c' },
      ],
    });
  });

  it('ends on a value nested without end', () => {
    let value: unknown = 'end';
    for (let level = 0; level < 50_000; level += 1) value = [value];
    expect(JSON.stringify(redactSecrets(value))).toContain(redacted);
  });
});
