import { NotFoundError, type SecretSource } from '@hitl/core';

/** Asks one source after the other; only an absent secret leads on to the next, a broken source does not. */
export function createFirstSecretSource(sources: readonly SecretSource[]): SecretSource {
  return {
    async get(name) {
      for (const source of sources) {
        try {
          return await source.get(name);
        } catch (error) {
          if (!(error instanceof NotFoundError)) throw error;
        }
      }
      throw new NotFoundError(`no source has a secret ${name}`);
    },
  };
}
