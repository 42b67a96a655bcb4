import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Connection } from './connection.ts';

/**
 * Whether the server refused the request because it no longer knows our session; it did not process it then, so asking again
 * in a new session is safe. The specification says 404; some servers answer 400 and name the session in the text.
 */
export function isSessionLost(error: unknown, connection: Connection): boolean {
  if (!(error instanceof StreamableHTTPError) || !connection.hasSession()) return false;
  return error.code === 404 || (error.code === 400 && /session/i.test(error.message));
}
