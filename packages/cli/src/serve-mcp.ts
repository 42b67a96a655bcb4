import { InvalidInputError } from '@hitl/core';
import { createBuiltinServers } from '@hitl/local';
import { serveHttp, serveStdio } from '@hitl/mcp-server';

export interface ServeMcpOptions {
  readonly server: 'google' | 'jira';
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly dataDir: string;
  readonly http?: { readonly port: number; readonly host: string };
}

/** Serves one built-in MCP server until the client closes stdin, or Ctrl-C. Without credentials it speaks to emulated services. */
export async function serveMcp(options: ServeMcpOptions): Promise<void> {
  const builtins = await createBuiltinServers({ env: options.env, dataDir: options.dataDir });
  try {
    const spec = builtins.specs[options.server];
    const where = builtins.describe[options.server];
    if (options.http === undefined) {
      process.stderr.write(`hitl-mcp: ${options.server} on stdio, ${where}\n`);
      await (await serveStdio(spec)).closed;
      return;
    }
    const token = options.env.MCP_AUTH_TOKEN;
    if (token === undefined && options.http.host !== '127.0.0.1' && options.http.host !== 'localhost') {
      throw new InvalidInputError('--host: only loopback is served without a token; set MCP_AUTH_TOKEN');
    }
    const served = await serveHttp(spec, {
      port: options.http.port,
      hostname: options.http.host,
      ...(token === undefined ? {} : { authToken: token }),
    });
    process.stderr.write(
      `hitl-mcp: ${options.server} at ${served.url}, ${where}${token === undefined ? '' : ', bearer token needed'}\n`,
    );
    if (!options.signal.aborted)
      await new Promise((resolve) => options.signal.addEventListener('abort', resolve, { once: true }));
    await served.close();
  } finally {
    await builtins.close();
  }
}
