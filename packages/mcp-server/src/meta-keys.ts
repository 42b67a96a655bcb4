/** On a tool definition: the name of its preview companion. */
export const previewMetaKey = 'hitl-mcp/preview';
/** On a `tools/call` request: the caller's idempotency key. */
export const idempotencyMetaKey = 'hitl-mcp/idempotency-key';
/** On an error result: `{code, message, is_retryable, errors, details}`. Not `structuredContent`: clients hold that against the output schema. */
export const errorMetaKey = 'hitl-mcp/error';
