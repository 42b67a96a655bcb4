import { createHmac } from 'node:crypto';

/** Slack's `v0` signature over the raw bytes. `timestamp` is in whole seconds. */
export function signSlackBody(
  signingSecret: string,
  timestamp: string,
  body: string,
  version = 'v0',
): string {
  const mac = createHmac('sha256', signingSecret).update(`${version}:${timestamp}:${body}`).digest('hex');
  return `${version}=${mac}`;
}
