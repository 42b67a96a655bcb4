import type { Clock } from '@hitl/core';
import { signSlackBody } from './sign-slack-body.ts';

/** How a request is spoilt or varied on its way. */
export interface DeliveryOptions {
  /**
   * `forged`: signed with another secret. `missing`: no signature. `version`: a right MAC under the label `v1`.
   * `tampered`: the body was changed after it was signed. `malformed`: a signature that is no hex.
   */
  readonly signature?: 'valid' | 'forged' | 'missing' | 'version' | 'tampered' | 'malformed';
  /** Seconds that the timestamp lies in the past (negative: in the future). */
  readonly ageSeconds?: number;
  /** Instead of the timestamp, e.g. `1e9` or ``. */
  readonly timestamp?: string;
  /** The number of the retry, 1 to 3, and Slack's reason for it. */
  readonly retry?: { readonly number: number; readonly reason?: SlackRetryReason };
}

export type SlackRetryReason =
  | 'http_timeout'
  | 'too_many_redirects'
  | 'connection_failed'
  | 'ssl_error'
  | 'http_error'
  | 'unknown_error';

export interface SignedDelivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request as Slack would send it, or as somebody would who pretends to be Slack. */
export function signDelivery(
  environment: { readonly clock: Clock; readonly signingSecret: string },
  request: { readonly url: string; readonly contentType: string; readonly body: string },
  options: DeliveryOptions = {},
): SignedDelivery {
  const { signature = 'valid', ageSeconds = 0, retry } = options;
  const timestamp = options.timestamp ?? String(Math.floor(environment.clock.now() / 1000) - ageSeconds);
  const secret = signature === 'forged' ? `not-${environment.signingSecret}` : environment.signingSecret;
  const version = signature === 'version' ? 'v1' : 'v0';
  const signed = signSlackBody(secret, timestamp, request.body, version);
  return {
    url: request.url,
    headers: {
      'content-type': request.contentType,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      ...(signature === 'missing'
        ? {}
        : { 'x-slack-signature': signature === 'malformed' ? `v0=${'z'.repeat(64)}` : signed }),
      ...(retry === undefined
        ? {}
        : {
            'x-slack-retry-num': String(retry.number),
            'x-slack-retry-reason': retry.reason ?? 'http_timeout',
          }),
    },
    body: signature === 'tampered' ? request.body.replace(/[a-z](?=[^a-z]*$)/, 'X') : request.body,
  };
}

/** The same delivery as an HTTP API of API Gateway (payload format 2.0) hands it to a Lambda, its body in base64. */
export function toHttpApiEvent(delivery: SignedDelivery): Record<string, unknown> {
  const { pathname, search } = new URL(delivery.url);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { ...delivery.headers, host: 'front.example.com' },
    requestContext: {
      http: {
        method: 'POST',
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'Slackbot',
      },
      requestId: delivery.headers['x-slack-signature'] ?? 'none',
      stage: '$default',
    },
    body: Buffer.from(delivery.body, 'utf8').toString('base64'),
    isBase64Encoded: true,
  };
}
