import { createHash, createHmac } from 'node:crypto';
import { UnauthenticatedError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { createSignedFetch } from './create-signed-fetch.ts';

const credentials = async () => ({
  accessKeyId: 'id',
  secretAccessKey: 'not-a-key',
  sessionToken: 'session',
});

async function sign(url: string, init: RequestInit = {}): Promise<Request> {
  let sent: Request | undefined;
  const signed = createSignedFetch({
    region: 'us-east-1',
    service: 'execute-api',
    credentials,
    fetch: async (request) => {
      sent = request;
      return new Response();
    },
  });
  await signed(new Request(url, init));
  if (sent === undefined) throw new Error('nothing was sent');
  return sent;
}

/** The verifier's side of Signature Version 4, written from its specification. */
function expectedSignature(request: Request, body: string): string {
  const url = new URL(request.url);
  const authorization = request.headers.get('authorization') ?? '';
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '';
  const date = request.headers.get('x-amz-date') ?? '';
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = names
    .split(';')
    .map((name) => `${name}:${name === 'host' ? url.host : request.headers.get(name)?.trim()}\n`)
    .join('');
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = [
    request.method,
    url.pathname.split('/').map(encode).join('/'),
    query,
    headers,
    names,
    sha256(body),
  ].join('\n');
  const scope = `${date.slice(0, 8)}/us-east-1/execute-api/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = [date.slice(0, 8), 'us-east-1', 'execute-api', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    'AWS4not-a-key',
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

describe('a signed request', () => {
  it.each([
    ['GET', 'https://abc.execute-api.us-east-1.amazonaws.com/approvals?status=pending&limit=5', undefined],
    ['GET', 'https://abc.execute-api.us-east-1.amazonaws.com/audit?q=a%20b%2Fc&x=%E2%82%AC', undefined],
    [
      'POST',
      'https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes/arn%3Aaws%3Ax%2Fy/invocations',
      '{}',
    ],
    [
      'POST',
      'https://abc.execute-api.us-east-1.amazonaws.com/approvals/apr_1/votes',
      '{"decision":"approve"}',
    ],
  ])('%s %s carries the signature that the service computes', async (method, url, body) => {
    const sent = await sign(url, { method, ...(body === undefined ? {} : { body }) });
    expect(sent.headers.get('authorization')).toContain(`Signature=${expectedSignature(sent, body ?? '')}`);
    expect(sent.headers.get('authorization')).toMatch(/SignedHeaders=[^,]*host/);
    expect(sent.headers.get('x-amz-security-token')).toBe('session');
    expect(await sent.text()).toBe(body ?? '');
    expect(sent.redirect).toBe('manual');
  });

  it('is not sent without credentials, and the error says what to do', async () => {
    const signed = createSignedFetch({
      region: 'us-east-1',
      service: 'execute-api',
      credentials: async () => {
        throw new Error('no providers');
      },
      fetch: async () => {
        throw new Error('must not be sent');
      },
    });
    const sending = signed(new Request('https://abc.execute-api.us-east-1.amazonaws.com/runs'));
    await expect(sending).rejects.toThrow(UnauthenticatedError);
    await expect(sending).rejects.toThrow(/set AWS_PROFILE/);
  });
});
