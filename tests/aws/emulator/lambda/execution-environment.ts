import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DeployedFunction } from './deployed-functions.ts';
import type { InvocationMessage, InvocationReply } from './function-process.ts';

const entry = fileURLToPath(new URL('./function-process.ts', import.meta.url));
const clock = new URL('./put-clock-forward.ts', import.meta.url).href;

export interface EnvironmentOptions {
  readonly target: DeployedFunction;
  readonly region: string;
  /** The emulated world's variables: its proxy, its endpoint, its certificate. */
  readonly world: Readonly<Record<string, string>>;
  readonly clockAheadMs: number;
  readonly log: WriteStream;
}

export interface ExecutionEnvironment {
  readonly isAlive: () => boolean;
  /** Resolves with the reply, or nothing when the process died. */
  invoke(message: InvocationMessage): Promise<InvocationReply | undefined>;
  kill(): Promise<void>;
}

/** One process with the function's own variables and the world's; frozen between invocations, as Lambda does. */
export async function startExecutionEnvironment(
  options: EnvironmentOptions,
): Promise<ExecutionEnvironment | { readonly error: InvocationReply & { kind: 'error' } }> {
  const { target, region, world, clockAheadMs, log } = options;
  const child = fork(entry, {
    execArgv: [`--max-old-space-size=${target.memoryMb}`, ...(clockAheadMs === 0 ? [] : ['--import', clock])],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    cwd: target.folder,
    env: {
      ...ownVariables(options),
      PATH: process.env.PATH ?? '',
      TZ: ':UTC',
      NODE_NO_WARNINGS: '1',
      _HANDLER: target.handler,
      LAMBDA_TASK_ROOT: target.folder,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_LAMBDA_FUNCTION_NAME: target.name,
      AWS_LAMBDA_FUNCTION_VERSION: target.version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(target.memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${target.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: `${target.version}/emulated`,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: 'ASIAEMULATEDFUNCTION',
      AWS_SECRET_ACCESS_KEY: 'emulated'.repeat(5),
      AWS_SESSION_TOKEN: 'emulated',
      ...world,
      EMULATED_CLOCK_AHEAD_MS: String(clockAheadMs),
    },
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const exited = once(child, 'exit');
  const first = await nextReply(child, exited);
  const environment: ExecutionEnvironment = {
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async invoke(message) {
      child.kill('SIGCONT');
      child.send(message);
      const reply = await nextReply(child, exited);
      child.kill('SIGSTOP');
      return reply;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
  if (first?.kind === 'ready') return environment;
  await environment.kill();
  return { error: first?.kind === 'error' ? first : exitedEarly };
}

const exitedEarly = {
  kind: 'error',
  error: { errorType: 'Runtime.ExitError', errorMessage: 'the process ended before it was ready', trace: [] },
} as const satisfies InvocationReply;

async function nextReply(
  child: ChildProcess,
  exited: Promise<unknown>,
): Promise<InvocationReply | undefined> {
  const waiting = new AbortController();
  try {
    const reply = once(child, 'message', { signal: waiting.signal }).then(
      ([first]) => first as InvocationReply,
    );
    return await Promise.race([reply, exited.then(() => undefined)]);
  } finally {
    waiting.abort();
  }
}

/**
 * As deployed, but for two places: Lambda unpacks the package at `/var/task`, and SQS clients call the host of a queue's URL, with
 * agents of their own that use no proxy.
 */
function ownVariables({ target, region, world }: EnvironmentOptions): Record<string, string> {
  const queues = `http://sqs.${region}.amazonaws.com/`;
  return Object.fromEntries(
    Object.entries(target.environment).map(([name, value]) => [
      name,
      value.startsWith('/var/task/')
        ? value.replace('/var/task', target.folder)
        : value.replace(queues, `${world.AWS_ENDPOINT_URL ?? ''}/`),
    ]),
  );
}
