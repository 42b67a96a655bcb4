import type { Retrier } from './state-machine-definition.ts';

/** What may go away by itself. A wrong input, a refusal or a broken record never does: those fail at once. */
export const transientErrors = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.TooManyRequestsException',
  'TooManyRequestsException',
  'UnavailableError',
] as const;

/** Another worker acts on the run, or wrote first: trying again soon is the whole remedy. */
export const contentionErrors = ['RunBusyError', 'SequenceConflictError'] as const;

/**
 * A function that was killed (out of memory, out of time) may have acted. The step is re-entrant and the ledger never lets a
 * claimed call run twice, so entering it again is safe; more than a few times would only repeat the crash.
 */
export const crashErrors = ['Lambda.Unknown', 'Sandbox.Timedout'] as const;

const transientRetry: Retrier = {
  ErrorEquals: transientErrors,
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxAttempts: 6,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

const contentionRetry: Retrier = {
  ErrorEquals: contentionErrors,
  IntervalSeconds: 1,
  BackoffRate: 2,
  // Full jitter halves the delays on average: this outlasts the lease of a worker that died in the middle of a call (195 s).
  MaxAttempts: 20,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

const crashRetry: Retrier = {
  ErrorEquals: crashErrors,
  IntervalSeconds: 5,
  BackoffRate: 2,
  MaxAttempts: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

/** The same for every task: none of them may be given up for what passes by itself. */
export const taskRetries: readonly Retrier[] = [contentionRetry, transientRetry, crashRetry];
