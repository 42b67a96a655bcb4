import type { HttpResult } from '@hitl/lambda';

/** Lambda sends 6 MB of answer at most, the envelope and JSON's escapes included; what is larger would come as a bare 502. */
const longestResult = 5_900_000;

/** An answer that fits, or the refusal that says so. Nothing is cut. */
export function refuseTooLarge(result: HttpResult, requestId: string): HttpResult {
  if (Buffer.byteLength(JSON.stringify(result)) <= longestResult) return result;
  const code = 'response_too_large';
  return {
    statusCode: 507,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify({
      type: `urn:hitl-mcp:error:${code}`,
      title: 'Insufficient Storage',
      status: 507,
      code,
      detail: 'The answer is larger than this gateway can send. Ask for less, or read the tables directly.',
      errors: [],
      request_id: requestId,
    }),
    isBase64Encoded: false,
  };
}
