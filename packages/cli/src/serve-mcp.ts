import { join } from 'node:path';
import { InvalidInputError } from '@hitl/core';
import { createBuiltinServers } from '@hitl/local';
import { serveHttp, serveStdio } from '@hitl/mcp-server';
import type { Output } from './output.ts';

export interface ServeMcpOptions {
  readonly server: 'google' | 'jira';
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly output: Output;
  readonly dataDir: string;
  readonly http?: { readonly port: number; readonly host: string };
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Serves one built-in MCP server until the client closes stdin, or Ctrl-C. Without credentials it speaks to emulated services. */
export async function serveMcp(options: ServeMcpOptions): Promise<void> {
  const { server, env, signal, output, http } = options;
  const token = env.MCP_AUTH_TOKEN || undefined;
  if (http !== undefined && token === undefined && !loopback.has(http.host))
    throw new InvalidInputError('--host: only loopback is served without a token; set MCP_AUTH_TOKEN');
  // A folder of its own: the emulated services of a running stack hold theirs in memory.
  const builtins = await createBuiltinServers({ env, dataDir: join(options.dataDir, 'mcp-serve') });
  const notice = (text: string): void => void process.stderr.write(`hitl-mcp: ${text}\n`);
  try {
    const spec = builtins.specs[server];
    const where = builtins.describe[server];
    if (http === undefined) {
      notice(`${server} on stdio, ${where}`);
      await (await serveStdio(spec)).closed;
      return;
    }
    const served = await serveHttp(spec, {
      port: http.port,
      hostname: http.host,
      ...(token === undefined ? {} : { authToken: token }),
    }).catch((cause: unknown) => {
      throw unusableAddress(http, cause);
    });
    if (output.isJson) output.result({ server, url: served.url, needs_token: token !== undefined }, () => '');
    notice(`${server} at ${served.url}, ${where}${token === undefined ? '' : ', bearer token needed'}`);
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await served.close();
  } finally {
    await builtins.close();
  }
}

function unusableAddress({ port, host }: { port: number; host: string }, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE')
    return new InvalidInputError(`--http: port ${port} is in use; 0 takes a free one`, { cause });
  if (code === 'EACCES')
    return new InvalidInputError(`--http: port ${port} may not be opened by this user`, { cause });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new InvalidInputError(`--host: ${host} is no address of this machine`, { cause });
  return cause;
}
