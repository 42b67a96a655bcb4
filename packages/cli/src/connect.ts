import { setTimeout as pause } from 'node:timers/promises';
import { findRunningStack } from '@hitl/local/find-running-stack';
import { type ApiClient, createApiClient } from './api-client.ts';
import { signingFetchOf } from './signing-fetch.ts';

export interface ConnectOptions {
  readonly api?: string | undefined;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** The command stays for people: others must be able to reach its stack, to vote. */
  readonly isReachable?: boolean;
  readonly signal: AbortSignal;
}

const patienceMs = 10_000;
const pauseMs = 50;

/** The API that was named, else the local stack that runs, else one inside this process. */
export async function connect(options: ConnectOptions): Promise<ApiClient> {
  const token = options.env.HITL_API_TOKEN || undefined;
  if (options.api !== undefined)
    return createApiClient({
      baseUrl: options.api,
      token,
      // A bearer token is for an API behind OIDC; without one AWS's own credentials speak.
      fetch:
        (token === undefined ? await signingFetchOf(options.api, options.env) : undefined) ??
        globalThis.fetch,
      isNamed: true,
    });
  for (const deadline = Date.now() + patienceMs; ; ) {
    const running = await findRunningStack(options.dataDir);
    if (running !== undefined)
      return createApiClient({
        baseUrl: running.url,
        token: token ?? running.token,
        fetch: globalThis.fetch,
        where: `the local stack at ${running.url}`,
      });
    try {
      return await startInside(options, token);
    } catch (error) {
      // Another command holds the folder and does not listen: it is short, or its stack is just coming up.
      if (!isInUse(error) || Date.now() > deadline || options.signal.aborted) throw error;
      await pause(pauseMs);
    }
  }
}

async function startInside(options: ConnectOptions, token: string | undefined): Promise<ApiClient> {
  const [{ startLocalStack }, { createStackLogger }] = await Promise.all([
    import('@hitl/local'),
    import('./stack-logger.ts'),
  ]);
  const stack = await startLocalStack({
    dataDir: options.dataDir,
    env: options.env,
    logger: createStackLogger(options.env),
    ...(options.isReachable === true ? { listen: { port: 0 } } : {}),
  });
  return createApiClient({
    baseUrl: 'http://127.0.0.1',
    token: token ?? stack.token,
    fetch: stack.fetch,
    where: 'the stack in this process',
    close: stack.close,
  });
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'data_dir_in_use';
}
