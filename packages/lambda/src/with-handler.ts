import { randomUUID } from 'node:crypto';
import { type Clock, HitlError, redactText, systemClock } from '@hitl/core';
import { z } from 'zod';
import type { Logger } from './create-logger.ts';
import type { Metrics } from './create-metrics.ts';
import { createMetrics } from './create-metrics.ts';
import { runWithLogContext } from './log-context.ts';
import { toInvalidInput } from './to-invalid-input.ts';

/** What we use of the context that Lambda passes. */
export interface InvocationContext {
  readonly awsRequestId?: string;
  readonly getRemainingTimeInMillis?: () => number;
}

export interface Invocation {
  /** The caller's `x-correlation-id`, or Lambda's request id, or a new one; on every log line. */
  readonly correlationId: string;
  readonly isColdStart: boolean;
  readonly remainingMs: () => number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface WithHandlerOptions<R> {
  /** The function's name, a dimension of its metrics. */
  readonly name: string;
  readonly environment: string;
  readonly logger: Logger;
  /** Turns a failure into an answer (HTTP functions). Without it the error goes on, under a name that a workflow can match. */
  readonly onError?: (error: unknown, invocation: Invocation) => R;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
}

/** A longer time than any function has: outside of Lambda nothing ends the process. */
const unlimitedMs = 24 * 60 * 60 * 1000;

/** Everything that every function needs around its one use case: correlation, log lines, metrics, errors. */
export function withHandler<E, R>(
  options: WithHandlerOptions<R>,
  handler: (event: E, invocation: Invocation) => Promise<R>,
): (event: E, context?: InvocationContext) => Promise<R> {
  const { name, environment, logger, onError, clock = systemClock } = options;
  const metrics = options.metrics ?? createMetrics({ dimensions: { environment, function: name }, clock });
  let isColdStart = true;
  return (event, context = {}) => {
    const correlationId = correlationIdOf(event) ?? context.awsRequestId ?? randomUUID();
    const invocation: Invocation = {
      correlationId,
      isColdStart,
      remainingMs: () => context.getRemainingTimeInMillis?.() ?? unlimitedMs,
      metrics,
      logger,
    };
    isColdStart = false;
    return runWithLogContext({ correlation_id: correlationId, function: name }, async () => {
      const startedAt = clock.now();
      metrics.add('invocations', 1);
      metrics.annotate('correlation_id', correlationId);
      if (invocation.isColdStart) metrics.add('cold_starts', 1);
      try {
        return await handler(event, invocation);
      } catch (error) {
        const known = error instanceof z.ZodError ? toInvalidInput(error) : error;
        const isOurs = !(known instanceof HitlError) || known.status >= 500;
        metrics.add(isOurs ? 'errors' : 'refusals', 1);
        logger[isOurs ? 'error' : 'warn']('invocation failed', {
          error: known,
          cold_start: invocation.isColdStart,
        });
        if (onError !== undefined) return onError(known, invocation);
        throw withoutSecrets(known);
      } finally {
        metrics.add('duration_ms', clock.now() - startedAt, 'Milliseconds');
        metrics.flush();
      }
    });
  };
}

/** Step Functions and the Lambda console show an error's message to everybody who may look: it must not hold a secret. */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Error)) return new Error(redactText(String(error)));
  const message = redactText(error.message);
  if (message !== error.message) {
    error.message = message;
    // The stack repeats the message.
    delete error.stack;
  }
  return error;
}

function correlationIdOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || !('headers' in event)) return undefined;
  const { headers } = event;
  if (typeof headers !== 'object' || headers === null) return undefined;
  for (const [key, value] of Object.entries(headers)) {
    // Bounded and plain: it is copied into every log line.
    if (
      key.toLowerCase() === 'x-correlation-id' &&
      typeof value === 'string' &&
      /^[\w.:-]{1,128}$/.test(value)
    )
      return value;
  }
  return undefined;
}
