import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digestOf } from './digest.ts';
import { createIdGenerator } from './new-id.ts';
import { isSecretKey, redacted, redactSecrets, redactText } from './redact-secrets.ts';

const text = (alphabet: string, minLength: number, maxLength = minLength + 20) =>
  fc.array(fc.constantFrom(...alphabet), { minLength, maxLength }).map((characters) => characters.join(''));
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const word = `${upper}${upper.toLowerCase()}`;
const url = `${word}-_`;

/** Every shape that redaction promises to know; put together here so that no such string stands in the repository. */
const shapes: Record<string, fc.Arbitrary<string>> = {
  'an AWS access key id': fc
    .tuple(fc.constantFrom('AKIA', 'ASIA'), text(upper, 16, 16))
    .map((parts) => parts.join('')),
  'a GitHub token': fc
    .tuple(fc.constantFrom(...'pousr'), text(word, 36, 40))
    .map(([kind, rest]) => `gh${kind}_${rest}`),
  'a Slack token': fc
    .tuple(
      fc.constantFrom(...'abeprs'),
      text(`${word}-`, 12).filter((rest) => /^\w/.test(rest)),
    )
    .map(([kind, rest]) => `xox${kind}-${rest}`),
  'a Google access token': text(url, 24).map((rest) => `ya29.${rest}`),
  'a fine-grained GitHub token': text(`${word}_`, 30).map((rest) => `github_${'pat'}_${rest}`),
  'a GitLab token': text(url, 20).map((rest) => `gl${'pat'}-${rest}`),
  'an npm token': text(word, 36, 36).map((rest) => `np${'m'}_${rest}`),
  'a Slack app token': text(`${word}-`, 20).map((rest) => `xa${'pp'}-1-${rest}`),
  'a Google API key': text(url, 35, 35).map((rest) => `AI${'za'}${rest}`),
  'a Google client secret': text(url, 24).map((rest) => `GOC${'SPX'}-${rest}`),
  'a model provider’s key': text(url, 24).map((rest) => `s${'k'}-${rest}`),
  'a payment provider’s key': text(word, 24).map((rest) => `s${'k'}_live_${rest}`),
  'a bearer header': text(`${url}.~+/`, 20).map((rest) => `Bearer ${rest}`),
  'an Atlassian token': text(`${url}=`, 24).map((rest) => `ATATT${rest}`),
  'a JSON web token': fc
    .tuple(text(url, 12), text(url, 12), text(url, 12))
    .map(([head, body, signature]) => `eyJ${head}.${body}.${signature}`),
  'a private key': text(word, 40, 80).map(
    (body) => `-----BEGIN RSA PRIVATE KEY-----\n${body}\n-----END RSA PRIVATE KEY-----`,
  ),
};
/** What it stands between, in a sentence, a log line, a URL or a shell command. */
const before = fc.constantFrom('', ' ', 'use ', '"', '\n', 'is: ', 'TOKEN=', 'key_', '?t%3D', 'a,', '/', 'ü');
const after = fc.constantFrom('', ' ', ' then go on', '"', '\n', ', and', '&x=1', '%26', '/', ')', 'ü');
const secretKeys = [
  'password',
  'Password',
  'client_secret',
  'clientSecret',
  'apiKey',
  'api-key',
  'X-Api-Key',
  'client-secret',
  'accessToken',
  'refresh_token',
  'private_key',
  'authorization',
  'db_password',
  'signing_secret',
  'sessionToken',
];

describe('redaction', () => {
  it.each(Object.entries(shapes))('leaves nothing of %s, wherever it stands', (_what, shape) => {
    fc.assert(
      fc.property(shape, before, after, fc.constantFrom(0, 1, 2, 3), (secret, left, right, depth) => {
        let value: unknown = `${left}${secret}${right}`;
        if (depth === 3) value = { [String(value)]: 1 };
        else for (let level = 0; level < depth; level += 1) value = level === 0 ? [value] : { note: value };
        const core = secret.includes('\n') ? (secret.split('\n')[1] ?? '') : secret;
        expect(JSON.stringify(redactSecrets(value))).not.toContain(core);
      }),
    );
  });

  it('takes the value of every member with a secret’s name, whatever the value looks like', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...secretKeys),
        fc.oneof(fc.string(), fc.integer()),
        fc.dictionary(fc.constantFrom('user', 'note', 'count'), fc.string()),
        (key, secret, others) => {
          const out = redactSecrets({ deep: [{ ...others, [key]: secret }], [key]: [secret, [secret]] });
          expect((out.deep as Record<string, unknown>[])[0]?.[key]).toBe(redacted);
          expect(out[key]).toEqual([redacted, [redacted]]);
          expect(isSecretKey(key)).toBe(true);
        },
      ),
    );
  });

  it('takes a password that is said in a sentence', () => {
    const secret = text(`${word}!#$%&*+?@^~`, 6);
    fc.assert(
      fc.property(
        fc.constantFrom('password', 'Passphrase', 'api key', 'secret', 'access token'),
        fc.constantFrom(': ', '=', ' is ', ' to '),
        secret,
        (what, joint, value) => {
          const out = redactText(`please set the ${what}${joint}${value} today`);
          expect(out.slice(out.indexOf(joint) + joint.length)).not.toContain(value);
          expect(out).toContain(redacted);
        },
      ),
    );
  });

  it('changes nothing the second time', () => {
    const anything = fc.oneof(...Object.values(shapes), fc.string(), fc.string({ unit: 'grapheme' }));
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        anything,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.oneof(fc.constantFrom(...secretKeys), fc.string({ maxLength: 8 })), tie('node'), {
          maxKeys: 3,
        }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        const once = redactSecrets(value);
        expect(redactSecrets(once)).toEqual(once);
      }),
    );
  });

  it('leaves digests, ids, e-mail addresses, ARNs, URLs and times as they are', () => {
    const clock = { now: () => Date.parse('2026-11-23T09:00:00.000Z') };
    const ids = createIdGenerator(clock);
    const account = text('0123456789', 12, 12);
    const harmless = fc.oneof(
      fc.jsonValue().map((value) => digestOf(value)),
      fc.constantFrom('run', 'apr', 'vote', 'grant').map((prefix) => ids.next(prefix)),
      fc.uuid(),
      fc.emailAddress(),
      fc.webUrl(),
      fc
        .tuple(account, text(`${word}_`, 3), fc.constantFrom('role', 'saml-provider'))
        .map(([id, name, kind]) => `arn:aws:iam::${id}:${kind}/${name}`),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(
        harmless,
        fc.constantFrom('user_key', 'digest', 'page_token', 'id', 'tool'),
        (value, key) => {
          expect(redactText(value)).toBe(value);
          expect(redactSecrets({ [key]: value, list: [`see ${value}`] })).toEqual({
            [key]: value,
            list: [`see ${value}`],
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps the shape of what it redacts, and never changes its input', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        const out = redactSecrets({ value, password: 'x', count: 1 });
        expect(JSON.stringify(value)).toBe(before);
        expect(Object.keys(out)).toEqual(['value', 'password', 'count']);
      }),
    );
  });
});
