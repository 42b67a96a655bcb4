import type { JSONRPCErrorResponse, RequestId } from '@modelcontextprotocol/sdk/types.js';

/** Recognised by identity, so no server can send it. */
const marker = { answer: 'lost' };

/**
 * What a transport hands to the SDK when it knows that a request will never be answered although it was sent: the waiting
 * call then ends at once instead of at its time limit.
 */
export function answerLost(id: RequestId, reason: string): JSONRPCErrorResponse {
  return { jsonrpc: '2.0', id, error: { code: -32099, message: reason, data: marker } };
}

export function isAnswerLost(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'data' in error && error.data === marker;
}
