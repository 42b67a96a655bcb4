import type { Output } from './output.ts';

/** Shows that something goes on, on a terminal only. */
export async function withSpinner<T>(output: Output, text: string, work: () => Promise<T>): Promise<T> {
  if (output.isJson || process.stderr.isTTY !== true || process.env.TERM === 'dumb') return work();
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ text, stream: process.stderr }).start();
  try {
    return await work();
  } finally {
    spinner.stop();
  }
}
