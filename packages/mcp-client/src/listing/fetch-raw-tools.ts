import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

/** Loose on purpose: the SDK's own schema refuses the whole list for one bad tool. */
const toolPageSchema = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

const maxPages = 100;
const maxTools = 5000;

/** All pages of `tools/list`, each tool exactly as the server sent it. */
export async function fetchRawTools(
  client: Client,
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<unknown[]> {
  // A server without tools need not know the method.
  if (client.getServerCapabilities()?.tools === undefined) return [];
  const tools: unknown[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await client
      .request({ method: 'tools/list', params: cursor === undefined ? {} : { cursor } }, toolPageSchema, {
        signal: options.signal,
        timeout: options.timeoutMs,
        maxTotalTimeout: options.timeoutMs,
      })
      .catch((error: unknown) => {
        if (error instanceof McpError && error.code === ErrorCode.MethodNotFound)
          return { tools: [], nextCursor: undefined };
        throw error;
      });
    tools.push(...answer.tools);
    if (tools.length > maxTools) throw new Error(`lists more than ${maxTools} tools`);
    cursor = answer.nextCursor;
    if (cursor === undefined) return tools;
    if (cursors.has(cursor)) throw new Error('lists its tools in a circle (a page cursor came twice)');
    cursors.add(cursor);
  }
  throw new Error(`lists its tools on more than ${maxPages} pages`);
}
