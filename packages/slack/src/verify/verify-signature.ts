import { createHmac, timingSafeEqual } from 'node:crypto';
import { checkSigningSecrets } from './check-signing-secrets.ts';

/** How far Slack's clock and ours may be apart, both ways; older is a replay. */
const toleranceSeconds = 300;

export interface SignedRequest {
  readonly headers: Headers;
  /** Exactly the bytes that came: a text that was decoded and encoded again may differ from what was signed. */
  readonly body: Uint8Array;
}

export interface VerifySignatureOptions {
  readonly secrets: readonly string[];
  readonly nowMs: number;
}

export type SignatureVerdict =
  | { readonly isValid: true }
  | { readonly isValid: false; readonly reason: 'unsigned' | 'wrong-version' | 'stale' | 'forged' };

/** Slack's `v0` request signature: hex HMAC-SHA256 over `v0:TIMESTAMP:BODY`. Whatever is not exactly right is invalid. */
export function verifySignature(request: SignedRequest, options: VerifySignatureOptions): SignatureVerdict {
  const secrets = checkSigningSecrets(options.secrets);
  const signature = request.headers.get('x-slack-signature');
  const timestamp = request.headers.get('x-slack-request-timestamp');
  if (signature === null || timestamp === null) return { isValid: false, reason: 'unsigned' };
  if (!signature.startsWith('v0=')) return { isValid: false, reason: 'wrong-version' };
  // Digits only: Number() also reads '1e9', ' 1 ' and '0x1'.
  if (!/^\d{1,12}$/.test(timestamp)) return { isValid: false, reason: 'stale' };
  const ageSeconds = Math.floor(options.nowMs / 1000) - Number(timestamp);
  if (Math.abs(ageSeconds) > toleranceSeconds) return { isValid: false, reason: 'stale' };
  const given = Buffer.from(signature, 'utf8');
  let isSigned = false;
  // No early end: how long it takes tells nothing about which secret is in use.
  for (const secret of secrets) {
    const expected = Buffer.from(signatureOf(secret, timestamp, request.body), 'utf8');
    const isEqual = expected.length === given.length && timingSafeEqual(expected, given);
    isSigned = isEqual || isSigned;
  }
  return isSigned ? { isValid: true } : { isValid: false, reason: 'forged' };
}

/** `v0=…`, as Slack signs. */
export function signatureOf(secret: string, timestamp: string, body: Uint8Array): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`, 'utf8').update(body).digest('hex')}`;
}
