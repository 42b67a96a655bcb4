import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** Facts (such as `correlation_id`) that every log line written inside `work` carries, across awaits. */
export function runWithLogContext<T>(facts: Readonly<Record<string, unknown>>, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...facts }, work);
}

export function currentLogContext(): Readonly<Record<string, unknown>> {
  return storage.getStore() ?? {};
}
