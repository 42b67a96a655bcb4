/** The system error codes behind undici's "fetch failed", also those of several addresses tried in turn. */
export function networkCodesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const codes: string[] = [];
  if ('code' in error && typeof error.code === 'string') codes.push(error.code);
  if ('errors' in error && Array.isArray(error.errors)) {
    for (const inner of error.errors) codes.push(...networkCodesOf(inner, depth + 1));
  }
  if ('cause' in error) codes.push(...networkCodesOf(error.cause, depth + 1));
  return [...new Set(codes)];
}

const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|HOSTNAME_MISMATCH)$/;

/** Whether the connection itself could not be made, so that no byte of the request left. Unknown codes count as sent. */
export function failedBeforeSending(error: unknown): boolean {
  const codes = networkCodesOf(error);
  return codes.length > 0 && codes.every((code) => beforeSending.test(code));
}

/** A kept-alive connection that the other side had already closed; a new one may work at once. */
export function isBrokenConnection(error: unknown): boolean {
  return networkCodesOf(error).some((code) => ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code));
}
