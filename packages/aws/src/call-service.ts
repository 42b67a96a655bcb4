import { HitlError, UnavailableError } from '@hitl/core';

/**
 * Runs one request of an AWS SDK client, which has retried what can be retried. An error for which `known` has an answer becomes
 * that answer (or is what `known` throws); any other becomes `UnavailableError`, without the SDK's words in its message.
 */
export async function callService<T>(
  what: string,
  send: () => Promise<T>,
  known: (error: unknown) => { readonly value: T } | undefined = () => undefined,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof HitlError) throw error;
    const answer = known(error);
    if (answer !== undefined) return answer.value;
    const name = error instanceof Error ? error.name : 'unknown error';
    throw new UnavailableError(`${what} is not possible now (${name})`, { cause: error });
  }
}
