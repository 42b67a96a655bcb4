import type { JsonValue } from '@hitl/core';

/** One entry into a task with a token: the function's invocation, and the wait for the token's success or failure. */
export interface TaskWait {
  readonly token: string;
  readonly outcome: Promise<JsonValue>;
  isInvoking: boolean;
  isSettled: boolean;
  succeed(output: JsonValue): void;
  fail(error: Error): void;
}

export function createTaskWait(token: string): TaskWait {
  const { promise, resolve, reject } = Promise.withResolvers<JsonValue>();
  // Nobody may be listening when an abandoned wait is ended.
  promise.catch(() => undefined);
  const wait: TaskWait = {
    token,
    outcome: promise,
    isInvoking: true,
    isSettled: false,
    succeed(output) {
      wait.isSettled = true;
      resolve(output);
    },
    fail(error) {
      wait.isSettled = true;
      reject(error);
    },
  };
  return wait;
}
