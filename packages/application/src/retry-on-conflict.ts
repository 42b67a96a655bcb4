import { SequenceConflictError, UnavailableError } from '@hitl/core';

const maxAttempts = 200;

/**
 * Decides anew after each lost race: `decide` must load the state itself. The bound only guards against a writer that never
 * stops; every lost race means that another writer moved the run forward.
 */
export async function retryOnConflict<T>(decide: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof SequenceConflictError)) throw error;
      if (attempt >= maxAttempts)
        throw new UnavailableError('too many writers at once; try again', { cause: error });
      // Full jitter: writers of several processes must not march in step.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, 2 * attempt)));
    }
  }
}
