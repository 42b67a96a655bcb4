import { type ItemStore, UnavailableError } from '@hitl/core';
import type { FakeClock } from '@hitl/testing';

/** What happens to one request. */
export type Trouble = 'none' | 'lose_request' | 'lose_answer' | { readonly takesMs: number };

/** A store whose requests take turns by chance, get lost before or after they were carried out, or take their time. */
export function createUnsteadyStore(
  store: ItemStore,
  clock: FakeClock,
  nextTrouble: () => Trouble,
): ItemStore {
  async function through<T>(request: () => Promise<T>): Promise<T> {
    const trouble = nextTrouble();
    await new Promise((resolve) => setImmediate(resolve));
    if (trouble === 'lose_request') throw new UnavailableError('the request was lost');
    const answer = await request();
    await new Promise((resolve) => setImmediate(resolve));
    if (trouble === 'lose_answer') throw new UnavailableError('the answer was lost');
    if (typeof trouble === 'object') clock.advance(trouble.takesMs);
    return answer;
  }
  return {
    get: (key) => through(() => store.get(key)),
    put: (...args) => through(() => store.put(...args)),
    delete: (...args) => through(() => store.delete(...args)),
  };
}
