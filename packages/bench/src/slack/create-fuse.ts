/** The process that did it is gone. */
export class WorkerDied extends Error {}

/** Lets so much through and then nothing: a worker whose process ends in the middle. */
export interface Fuse {
  /** Aborts when it dies, so that its timers end; it can do nothing with it any more. */
  readonly signal: AbortSignal;
  /** Rejects with `WorkerDied` when it dies. */
  readonly died: Promise<never>;
  /** The same object, whose calls count and after the death never come back. */
  guard<T extends object>(target: T): T;
  call<A extends readonly unknown[], R>(work: (...args: A) => Promise<R>): (...args: A) => Promise<R>;
  blow(): void;
}

/** Dies at call number `lives`: before it takes effect, or `after`, so that its answer is lost. */
export function createFuse(lives: number, after: boolean): Fuse {
  const dying = new AbortController();
  const died = Promise.withResolvers<never>();
  died.promise.catch(() => undefined);
  let left = lives;
  const never = new Promise<never>(() => {});
  const blow = (): void => {
    dying.abort();
    died.reject(new WorkerDied('the worker died'));
  };
  async function pass<R>(work: () => Promise<R>): Promise<R> {
    if (dying.signal.aborted) return never;
    left -= 1;
    if (left === 0 && !after) {
      blow();
      return never;
    }
    const isLast = left === 0;
    try {
      const result = await work();
      if (isLast) blow();
      return dying.signal.aborted ? await never : result;
    } catch (error) {
      if (isLast) blow();
      if (dying.signal.aborted) return never;
      throw error;
    }
  }
  return {
    signal: dying.signal,
    died: died.promise,
    guard: (target) =>
      new Proxy(target, {
        get(from, name) {
          const member: unknown = Reflect.get(from, name);
          return typeof member === 'function'
            ? (...args: unknown[]) => pass(async () => member.apply(from, args))
            : member;
        },
      }),
    call:
      (work) =>
      (...args) =>
        pass(() => work(...args)),
    blow,
  };
}
