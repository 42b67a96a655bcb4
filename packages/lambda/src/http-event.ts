import { z } from 'zod';

/** What is read of an HTTP API event in payload format 2.0; a hand-made `{rawPath, requestContext: {}}` is one too. */
const httpEventSchema = z.object({
  rawPath: z.string().startsWith('/'),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z
    .object({
      domainName: z.string().optional(),
      http: z.object({ method: z.string() }).optional(),
    })
    .default({}),
});

/** What API Gateway makes an HTTP answer of. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * An HTTP API event as a web `Request`, its body byte for byte as the client sent it.
 * @throws ZodError when the event is none of an HTTP API
 */
export function toRequest(event: unknown, options: { readonly signal?: AbortSignal } = {}): Request {
  const { rawPath, rawQueryString, headers, cookies, body, isBase64Encoded, requestContext } =
    httpEventSchema.parse(event);
  const method = requestContext.http?.method ?? 'GET';
  const host = requestContext.domainName ?? headers.host ?? 'localhost';
  const query = rawQueryString === '' ? '' : `?${rawQueryString}`;
  const all = new Headers(headers);
  if (cookies.length > 0) all.set('cookie', cookies.join('; '));
  const bytes = body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return new Request(new URL(`https://${host}${rawPath}${query}`), {
    method,
    headers: all,
    ...(bytes === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: bytes }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** Reads the whole answer: an HTTP API knows no streams. What is not text goes as base64. */
export async function toHttpResult(response: Response): Promise<HttpResult> {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie'));
  const cookies = response.headers.getSetCookie();
  const bytes = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? 'text/plain';
  const isText = /^text\/|[/+](json|xml|javascript|yaml)\b|urlencoded/.test(type);
  return {
    statusCode: response.status,
    headers,
    ...(cookies.length === 0 ? {} : { cookies }),
    body: bytes.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}
