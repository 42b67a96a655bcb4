/** One time budget with one abort signal: the caller's own signal and the time limit, told apart. */
export interface Deadline {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Why it ended; `undefined` while there is time. */
  cause(): 'timeout' | 'cancelled' | undefined;
  /** Rejects as soon as the deadline passes, whatever the promise does later. */
  race<T>(promise: Promise<T>): Promise<T>;
  clear(): void;
}

/** The largest delay that timers take; anything longer would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

export function startDeadline(timeoutMs: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let cause: 'timeout' | 'cancelled' | undefined;
  const end = (reason: 'timeout' | 'cancelled') => {
    if (cause !== undefined) return;
    cause = reason;
    controller.abort(new Error(reason === 'timeout' ? `no answer within ${timeoutMs} ms` : 'cancelled'));
  };
  const onCancel = () => end('cancelled');
  const timer = setTimeout(end, Math.min(Math.max(timeoutMs, 0), maxTimerMs), 'timeout');
  if (caller?.aborted === true) end('cancelled');
  else caller?.addEventListener('abort', onCancel, { once: true });

  return {
    timeoutMs,
    signal: controller.signal,
    cause: () => cause,
    race: (promise) => raceSignal(promise, controller.signal),
    clear() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onCancel);
    },
  };
}

function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    const done = () => signal.removeEventListener('abort', onAbort);
    promise.then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        reject(error);
      },
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Resolves after `ms`; never keeps the process alive on its own. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
