import { UnavailableError } from '@hitl/core';
import {
  createLogger,
  createMetrics,
  type Invocation,
  type InvocationContext,
  type LoadedEnv,
  type Logger,
  loadEnv,
  type Metrics,
  withHandler,
} from '@hitl/lambda';
import { type BackgroundWork, createBackgroundWork } from './background-work.ts';
import { businessMetrics } from './metered-repository.ts';

/** What every function of ours has, opened once per process. */
export interface FunctionRuntime {
  /** Its own name, as the metrics and claims have it. */
  readonly name: string;
  readonly environment: string;
  readonly region: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly background: BackgroundWork['background'];
}

export interface FunctionOptions<E, R> {
  readonly name: string;
  /** Composes the function. Called at the first invocation, and again when it failed. */
  readonly open: (runtime: FunctionRuntime) => Promise<(event: E, invocation: Invocation) => Promise<R>>;
  /** An HTTP function's answer to what its handler threw. */
  readonly onError?: (error: unknown, invocation: Invocation) => R;
}

/** Kept of the time of an invocation for what comes after its background work. */
const reserveMs = 500;
const longestSettlingMs = 10_000;

/**
 * A Lambda function's `handler`. Importing it does nothing: the environment is read and everything opened at the first
 * invocation, so that what is wrong is logged and answered like any other failure, and tried again.
 */
export function createFunction<E, R>(
  options: FunctionOptions<E, R>,
): (event: E, context?: InvocationContext) => Promise<R> {
  let wrapped: ((event: E, context?: InvocationContext) => Promise<R>) | undefined;
  return (event, context) => {
    wrapped ??= wrap(options);
    return wrapped(event, context);
  };
}

function wrap<E, R>(options: FunctionOptions<E, R>): (event: E, context?: InvocationContext) => Promise<R> {
  const { name, onError } = options;
  const { ENVIRONMENT: environment, LOG_LEVEL: level } = readNames();
  const logger = createLogger({ level: level ?? 'info', facts: { environment } });
  const metrics = createMetrics({
    dimensions: { environment, function: name },
    rollUp: { names: businessMetrics, dimensions: ['environment'] },
  });
  const work = createBackgroundWork(logger);
  let opened: Promise<(event: E, invocation: Invocation) => Promise<R>> | undefined;
  const open = async () => {
    const { AWS_REGION: region, ENVIRONMENT } = loadEnv({ required: ['AWS_REGION', 'ENVIRONMENT'] });
    return options.open({
      name,
      environment: ENVIRONMENT,
      region,
      logger,
      metrics,
      background: work.background,
    });
  };
  return withHandler<E, R>(
    { name, environment, logger, metrics, ...(onError === undefined ? {} : { onError }) },
    async (event, invocation) => {
      opened ??= open();
      const handle = await opened.catch((error: unknown) => {
        opened = undefined;
        // Not its caller's fault, whatever it is: a wrong environment is an invalid input only to whoever set it.
        throw new UnavailableError('the function can not be set up', { cause: error });
      });
      try {
        return await handle(event, invocation);
      } finally {
        await work.settle(Math.min(longestSettlingMs, invocation.remainingMs() - reserveMs));
      }
    },
  );
}

/** For log lines and metrics even where the environment is wrong. */
function readNames(): Partial<LoadedEnv<never, 'LOG_LEVEL'>> & { readonly ENVIRONMENT: string } {
  try {
    const names = loadEnv({ optional: ['ENVIRONMENT', 'LOG_LEVEL'] });
    return { ...names, ENVIRONMENT: names.ENVIRONMENT ?? 'unknown' };
  } catch {
    return { ENVIRONMENT: 'unknown' };
  }
}
