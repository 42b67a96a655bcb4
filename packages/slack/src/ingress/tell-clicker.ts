import type { SlackIngressDeps } from './ingress-deps.ts';

/** A line that only the person who clicked sees. Best effort: their click was not taken anyway. */
export async function tellClicker(
  deps: SlackIngressDeps,
  responseUrl: string | null | undefined,
  text: string,
): Promise<void> {
  if (responseUrl == null) return;
  try {
    await (deps.fetch ?? fetch)(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Without `replace_original: false` the line would stand where the card was.
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
      redirect: 'error',
      signal: AbortSignal.timeout(800),
    });
  } catch (error) {
    deps.log.warn('could not tell who clicked', { error });
  }
}
