import { afterEach } from '@jest/globals';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

/** What a port's implementer hands to its contract suite. A fresh, empty subject for each test. */
export interface ContractSubject<T> {
  readonly subject: T;
  close?(): Promise<void>;
}

/** `clock` is the suite's: subjects for which time matters must run on it. */
export type CreateSubject<T> = (environment: { readonly clock: FakeClock }) => Promise<ContractSubject<T>>;

/** Opens a subject per test and closes whatever was opened when the test ends. Call it inside `describe`. */
export function openSubject<S extends { close?(): Promise<void> }>(
  create: (environment: { readonly clock: FakeClock }) => Promise<S>,
): () => Promise<S & { readonly clock: FakeClock }> {
  const opened: S[] = [];
  afterEach(async () => {
    for (const contract of opened.splice(0)) await contract.close?.();
  });
  return async () => {
    const clock = createFakeClock();
    const contract = await create({ clock });
    opened.push(contract);
    return { ...contract, clock };
  };
}
