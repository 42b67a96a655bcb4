import { IntegrityError } from '@hitl/core';
import { z } from 'zod';

const issuer = 'https://slack.com';
/** Slack's clock and ours. */
const skewMs = 60_000;

const claimsSchema = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  nonce: z.string(),
  sub: z.string().min(1),
});

/**
 * The claims of an id_token that is meant for us and for this sign-in. Its signature is not looked at: it came from the token endpoint
 * itself, over TLS and for our client secret, which OpenID Connect Core 3.1.3.7 lets stand for it.
 * @throws IntegrityError, naming what is wrong but never a value
 */
export function readIdToken(
  idToken: string,
  expected: { readonly clientId: string; readonly nonce: string; readonly nowMs: number },
): { readonly sub: string } {
  const claims = claimsSchema.safeParse(payloadOf(idToken));
  if (!claims.success)
    throw wrong(claims.error.issues.map(({ path }) => path.join('.') || 'form').join(', '));
  const { iss, aud, exp, nonce, sub } = claims.data;
  if (iss !== issuer) throw wrong('iss');
  if ((typeof aud === 'string' ? [aud] : aud).some((each) => each !== expected.clientId) || aud.length === 0)
    throw wrong('aud');
  if (exp * 1000 + skewMs <= expected.nowMs) throw wrong('exp');
  if (nonce !== expected.nonce) throw wrong('nonce');
  return { sub };
}

function payloadOf(idToken: string): unknown {
  const [, payload = ''] = idToken.split('.');
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function wrong(what: string): IntegrityError {
  return new IntegrityError(`Slack's id_token is not for this sign-in: ${what}`);
}
