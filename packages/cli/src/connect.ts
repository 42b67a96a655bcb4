import { InvalidInputError } from '@hitl/core';
import { findRunningStack, startLocalStack } from '@hitl/local';
import { type ApiClient, createApiClient } from './api-client.ts';

export interface ConnectOptions {
  readonly api?: string | undefined;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The API that was named, else the local stack that runs, else one inside this process. */
export async function connect(options: ConnectOptions): Promise<ApiClient> {
  const token = options.env.HITL_API_TOKEN;
  if (options.api !== undefined) {
    if (!URL.canParse(options.api)) throw new InvalidInputError(`--api: must be a URL, not "${options.api}"`);
    return createApiClient({ baseUrl: options.api, token, fetch: globalThis.fetch });
  }
  const running = await findRunningStack(options.dataDir);
  if (running !== undefined) {
    return createApiClient({ baseUrl: running.url, token: token ?? running.token, fetch: globalThis.fetch });
  }
  const stack = await startLocalStack({ dataDir: options.dataDir, env: options.env });
  return createApiClient({
    baseUrl: 'http://127.0.0.1',
    token: token ?? stack.token,
    fetch: stack.fetch,
    close: stack.close,
  });
}
