import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { isJSONRPCRequest, type JSONRPCMessage, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { answerLost } from '../lost-answer.ts';
import type { HttpServerConfig } from '../server-config.ts';
import { createGuardedFetch } from './guarded-fetch.ts';

export interface HttpTransportOptions {
  readonly config: HttpServerConfig;
  readonly maxMessageBytes: number;
  readonly fetch?: typeof fetch;
}

/**
 * The SDK's Streamable HTTP transport, watched from outside so that every sent request ends: when the server's answer closes
 * without holding our result, the waiting call is told at once.
 */
export function createHttpTransport(options: HttpTransportOptions): StreamableHTTPClientTransport {
  const { config, maxMessageBytes } = options;
  const outstanding = new Set<RequestId>();
  /** Requests whose stream named an event to resume from: the SDK fetches the rest by itself. */
  const resumable = new Set<RequestId>();
  const requestOfEvent = new Map<string, RequestId>();

  const guarded = createGuardedFetch({
    fetch: options.fetch ?? fetch,
    maxBytes: maxMessageBytes,
    isWaiting: (id) => outstanding.has(id),
    isWaitingForEvent: (eventId) => {
      const id = requestOfEvent.get(eventId);
      return id !== undefined && outstanding.has(id);
    },
    onStreamEnd: (id, reason) => {
      if (!resumable.has(id)) giveUp(id, reason);
    },
    onResumeRefused: (eventId, reason) => {
      const id = requestOfEvent.get(eventId);
      if (id !== undefined) giveUp(id, reason);
    },
  });

  const transport = new StreamableHTTPClientTransport(new URL(config.url), {
    fetch: guarded.fetch,
    ...(config.bearerToken === undefined
      ? {}
      : { requestInit: { headers: { authorization: `Bearer ${config.bearerToken}` } } }),
  });

  function forget(id: RequestId): void {
    outstanding.delete(id);
    if (!resumable.delete(id)) return;
    for (const [eventId, request] of requestOfEvent) if (request === id) requestOfEvent.delete(eventId);
  }

  function giveUp(id: RequestId, reason: string): void {
    if (!outstanding.has(id)) return;
    transport.onmessage?.(answerLost(id, reason));
  }

  // `Client.connect` chains to a handler that is already there.
  transport.onmessage = (message: JSONRPCMessage) => {
    if (!('method' in message) && 'id' in message && message.id !== undefined) forget(message.id);
  };

  const sdkSend = transport.send.bind(transport);
  transport.send = async (message, sendOptions) => {
    if (Array.isArray(message)) return sdkSend(message, sendOptions);
    if (isJSONRPCRequest(message)) {
      const { id } = message;
      outstanding.add(id);
      try {
        await sdkSend(message, {
          ...sendOptions,
          onresumptiontoken: (eventId) => {
            resumable.add(id);
            requestOfEvent.set(eventId, id);
            sendOptions?.onresumptiontoken?.(eventId);
          },
        });
      } catch (error) {
        forget(id);
        throw error;
      }
      if (!guarded.isStreaming(id)) giveUp(id, 'the server took the request but its answer holds no result');
      return;
    }
    const cancelled = cancelledRequestOf(message);
    try {
      await sdkSend(message, sendOptions);
    } finally {
      if (cancelled !== undefined) {
        forget(cancelled);
        // The SDK would leave the POST open until the connection closes.
        guarded.abort(cancelled);
      }
    }
  };

  const sdkClose = transport.close.bind(transport);
  transport.close = async () => {
    guarded.abortAll();
    await sdkClose();
  };
  return transport;
}

function cancelledRequestOf(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  const id = message.params?.requestId;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
