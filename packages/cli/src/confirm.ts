import { createInterface } from 'node:readline/promises';

/** Asks on a terminal and takes only a plain yes; where nobody can be asked, who called has decided already. */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''));
    terminal.once('SIGINT', () => terminal.close());
    signal.addEventListener('abort', () => terminal.close(), { once: true });
  });
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), gone]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    terminal.close();
  }
}
