import { UnavailableError } from '@hitl/core';

const attempts = 5;

/** Tries a write again that must not be lost to a store that is away for a moment. @throws what the last attempt threw. */
export async function persist<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof UnavailableError) || attempt >= attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 40 * 2 ** attempt * (0.5 + Math.random() / 2)));
    }
  }
}
