import type { Output } from './output.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;
const eraseLine = '\r\u001b[K';

/** Shows that something goes on, on a terminal only. Leaves signals alone: what runs inside must end in its own way. */
export async function withSpinner<T>(output: Output, text: string, work: () => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (output.isJson || stderr.isTTY !== true || process.env.TERM === 'dumb') return work();
  let at = 0;
  const draw = (): void => {
    stderr.write(`${eraseLine}${frames[at % frames.length] ?? ''} ${text.slice(0, stderr.columns - 3)}`);
    at += 1;
  };
  draw();
  const timer = setInterval(draw, frameMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    stderr.write(eraseLine);
  }
}
