import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeployedFunction } from './deployed-functions.ts';
import { type ExecutionEnvironment, startExecutionEnvironment } from './execution-environment.ts';

export interface FunctionResult {
  readonly requestId: string;
  readonly payload: unknown;
  /** As in `X-Amz-Function-Error`. */
  readonly isError: boolean;
}

export interface FunctionHost {
  invoke(target: DeployedFunction, event: unknown): Promise<FunctionResult>;
  /** From now on functions believe that it is that much later; every process starts anew. */
  putClockForward(byMs: number): Promise<void>;
  /** What all functions have written so far. */
  readLog(): Promise<string>;
  readonly invocations: readonly { readonly name: string; readonly isError: boolean }[];
  close(): Promise<void>;
}

/** Runs functions as Lambda does: one event per process at a time, another process for each that comes meanwhile. */
export function createFunctionHost(options: {
  readonly folder: string;
  readonly region: string;
  readonly world: () => Readonly<Record<string, string>>;
}): FunctionHost {
  const logPath = join(options.folder, 'functions.log');
  const log = createWriteStream(logPath, { flags: 'a' });
  const invocations: { name: string; isError: boolean }[] = [];
  const idle = new Map<string, ExecutionEnvironment[]>();
  const all = new Set<ExecutionEnvironment>();
  let clockAheadMs = 0;
  let isClosed = false;

  async function invoke(target: DeployedFunction, event: unknown): Promise<FunctionResult> {
    const requestId = randomUUID();
    const finish = (payload: unknown, isError: boolean): FunctionResult => {
      invocations.push({ name: target.name, isError });
      return { requestId, payload, isError };
    };
    const key = `${target.arn}:${target.version}:${target.folder}:${clockAheadMs}`;
    let environment = idle.get(key)?.pop();
    if (environment === undefined) {
      if (isClosed) throw new Error('the function host is closed');
      const { region, world } = options;
      const started = await startExecutionEnvironment({ target, region, world: world(), clockAheadMs, log });
      if ('error' in started) return finish(started.error.error, true);
      environment = started;
      all.add(environment);
    }
    const timeoutMs = target.timeoutSeconds * 1000;
    const deadlineMs = performance.timeOrigin + performance.now() + timeoutMs;
    let isTooLate = false;
    const timer = setTimeout(() => {
      isTooLate = true;
      void environment.kill();
    }, timeoutMs);
    const reply = await environment.invoke({ event, requestId, functionArn: target.arn, deadlineMs });
    clearTimeout(timer);
    if (reply === undefined || reply.kind === 'ready') {
      all.delete(environment);
      return isTooLate
        ? finish(
            failure(
              'Sandbox.Timedout',
              `${requestId} Error: Task timed out after ${target.timeoutSeconds}.00 seconds`,
            ),
            true,
          )
        : finish(failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited`), true);
    }
    idle.set(key, [...(idle.get(key) ?? []), environment]);
    return reply.kind === 'result' ? finish(reply.result, false) : finish(reply.error, true);
  }

  async function killAll(): Promise<void> {
    const environments = [...all];
    all.clear();
    idle.clear();
    await Promise.all(environments.map((environment) => environment.kill()));
  }

  return {
    invoke,
    readLog: () => readFile(logPath, 'utf8'),
    invocations,
    async putClockForward(byMs) {
      clockAheadMs += byMs;
      // Those that are at work finish in their own time.
      const environments = [...idle.values()].flat();
      idle.clear();
      for (const environment of environments) {
        all.delete(environment);
        await environment.kill();
      }
    },
    async close() {
      isClosed = true;
      await killAll();
      await new Promise((resolve) => log.end(resolve));
    },
  };
}

function failure(errorType: string, errorMessage: string) {
  return { errorType, errorMessage };
}
