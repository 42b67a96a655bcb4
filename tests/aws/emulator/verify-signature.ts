import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FrontRequest } from './front-request.ts';

/** Whoever may call with signatures: an IAM user's access key. */
export interface SigningCaller {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly userArn: string;
  readonly userId: string;
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** The caller whose Signature Version 4 the request carries, whole and for `execute-api`; nobody for any other. */
export function verifySignature(
  request: FrontRequest,
  callers: readonly SigningCaller[],
): SigningCaller | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/execute-api\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (match === null) return undefined;
  const [, accessKeyId, day = '', region = '', signedHeaders = '', signature = ''] = match;
  const caller = callers.find((one) => one.accessKeyId === accessKeyId);
  const time = request.headers['x-amz-date'] ?? '';
  if (caller === undefined || !time.startsWith(day) || !isTimely(time)) return undefined;
  if (!signedHeaders.split(';').includes('host')) return undefined;

  const [path = '/', query = ''] = request.path.split('?');
  const canonical = [
    request.method,
    path
      .split('/')
      .map((part) => encodeURIComponent(part))
      .join('/'),
    query
      .split('&')
      .filter(Boolean)
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .sort()
      .join('&'),
    ...signedHeaders
      .split(';')
      .map((name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}`),
    '',
    signedHeaders,
    sha256(request.body),
  ].join('\n');
  const scope = `${day}/${region}/execute-api/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [day, region, 'execute-api', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${caller.secretAccessKey}`,
  );
  const expected = Buffer.from(hmac(key, toSign).toString('hex'));
  return timingSafeEqual(expected, Buffer.from(signature)) ? caller : undefined;
}

/** AWS takes five minutes either way. */
function isTimely(time: string): boolean {
  const [, y, mo, d, h, mi, s] = (/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? []).map(Number);
  if (y === undefined || mo === undefined) return false;
  return Math.abs(Date.UTC(y, mo - 1, d, h, mi, s) - Date.now()) < 5 * 60_000;
}
