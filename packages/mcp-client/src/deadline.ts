export type DeadlineCause = 'timeout' | 'cancelled';

/** The largest delay that timers take; anything longer would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * One time budget with one abort signal: the caller's own signal and the time limit, told apart. The timer and the signal
 * come into being when first needed: a call on a ready connection needs neither, since the SDK keeps a timer of its own.
 * A class because one is made for every call, where closures would cost more than all else that is done for it.
 */
export class Deadline {
  readonly timeoutMs: number;
  readonly #limitMs: number;
  readonly #startedAtMs = performance.now();
  readonly #caller: AbortSignal | undefined;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #onCancel: (() => void) | undefined;
  #cause: DeadlineCause | undefined;

  constructor(timeoutMs: number, caller?: AbortSignal) {
    this.timeoutMs = timeoutMs;
    this.#limitMs = Math.min(Math.max(timeoutMs, 0), maxTimerMs);
    this.#caller = caller;
  }

  /** Aborts at the time limit or when the caller cancels. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const cause = this.cause();
      if (cause !== undefined) this.#end(cause);
      else {
        this.#timer = setTimeout(() => this.#end('timeout'), this.remainingMs());
        this.#onCancel = () => this.#end('cancelled');
        this.#caller?.addEventListener('abort', this.#onCancel, { once: true });
      }
    }
    return this.#controller.signal;
  }

  /** Whether the caller gave a signal, or ours is in use already. */
  get needsSignal(): boolean {
    return this.#caller !== undefined || this.#controller !== undefined;
  }

  remainingMs(): number {
    return Math.max(0, this.#limitMs - (performance.now() - this.#startedAtMs));
  }

  /** Why it ended; `undefined` while there is time. */
  cause(): DeadlineCause | undefined {
    return this.#cause ?? (this.#caller?.aborted === true ? 'cancelled' : undefined);
  }

  /** For a limit that somebody else kept on our behalf. */
  expire(): void {
    this.#end('timeout');
  }

  /** Rejects as soon as the deadline passes, whatever the promise does later. */
  race<T>(promise: Promise<T>): Promise<T> {
    return raceSignal(promise, this.signal);
  }

  clear(): void {
    if (this.#controller === undefined) return;
    clearTimeout(this.#timer);
    if (this.#onCancel !== undefined) this.#caller?.removeEventListener('abort', this.#onCancel);
  }

  #end(cause: DeadlineCause): void {
    this.#cause ??= cause;
    const reason = this.#cause === 'timeout' ? `no answer within ${this.timeoutMs} ms` : 'cancelled';
    this.#controller?.abort(new Error(reason));
  }
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
