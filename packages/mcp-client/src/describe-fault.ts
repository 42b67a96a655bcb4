import { HitlError, redactText } from '@hitl/core';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js';
import { networkCodesOf } from './network-codes.ts';
import { oneLine } from './sanitise-text.ts';

/** One line for people on why a server can't be used; free of control characters and secrets. */
export function describeFault(error: unknown): string {
  return oneLine(redactText(rawDescription(error)));
}

function rawDescription(error: unknown): string {
  if (!isErrorLike(error)) return String(error);
  if (error instanceof HitlError) return error.message;
  const version = /protocol version is not supported: (.*)$/.exec(error.message)?.[1];
  if (version !== undefined) {
    return `speaks protocol version ${version}, which is not supported here (newest supported: ${LATEST_PROTOCOL_VERSION})`;
  }
  if (error instanceof StreamableHTTPError) return httpDescription(error);
  const codes = networkCodesOf(error);
  if (error.message === 'fetch failed') {
    const detail =
      codes.length > 0 ? codes.join(', ') : isErrorLike(error.cause) ? error.cause.message : 'no reason';
    return `connection failed (${detail})`;
  }
  if ('code' in error && error.code === 'ENOENT')
    return 'the file does not exist (quote a path that holds spaces)';
  if ('code' in error && error.code === 'EACCES') return 'the file may not be read or executed';
  return error.message;
}

function httpDescription(error: StreamableHTTPError): string {
  const detail = error.message
    .replace(/^Streamable HTTP error: /, '')
    .replace(/^Error POSTing to endpoint: ?/, '');
  if (error.code === 401) return 'HTTP 401: the access token is missing or not accepted';
  if (error.code === undefined || error.code < 100) return detail;
  return `HTTP ${error.code}${detail === '' ? '' : `: ${detail}`}`;
}

/** `instanceof Error` fails for errors of another realm, such as those of Node's own modules inside a test's sandbox. */
function isErrorLike(error: unknown): error is Error {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}
