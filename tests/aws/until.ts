import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is an answer: what happens in the emulated account tells nobody. @throws when it takes too long. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeoutMs / 1000} s`);
    await delay(250);
  }
}
