import { type HitlError, redactSecrets, redactText } from '@hitl/core';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { errorMetaKey } from './meta-keys.ts';

/** The answer for an error that the caller may know: `code: message`, the wrong fields, and the same as data under `_meta`. */
export function errorResult(error: HitlError): CallToolResult {
  const lines = [`${error.code}: ${redactText(error.message)}`];
  for (const field of error.errors) lines.push(`- ${field.path}: ${redactText(field.message)}`);
  return {
    isError: true,
    content: [{ type: 'text', text: lines.join('\n') }],
    _meta: {
      [errorMetaKey]: redactSecrets({
        code: error.code,
        message: error.message,
        is_retryable: error.isRetryable,
        errors: error.errors.map(({ path, message }) => ({ path, message })),
        details: error.details,
      }),
    },
  };
}

/** The answer for everything else: an unknown error's text may hold a secret, a path or a stack, so none of it is sent. */
export function unexpectedErrorResult(tool: string): CallToolResult {
  const message = `${tool} failed for a reason that is not the caller's; the server's log has it`;
  return {
    isError: true,
    content: [{ type: 'text', text: `internal: ${message}` }],
    _meta: {
      [errorMetaKey]: { code: 'internal', message, is_retryable: false, errors: [], details: {} },
    },
  };
}
