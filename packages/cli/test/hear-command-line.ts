import { runCommandLine } from '../src/run-command-line.ts';

export interface Heard {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process, away from any terminal, and gives back what it said. */
export async function hearCommandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  const heard = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    ({
      isTTY: false,
      write: (text: string) => {
        heard[name] += text;
        return true;
      },
    }) as unknown as NodeJS.WriteStream & { fd: 1 & 2 };
  const code = await runCommandLine(argv, { env, stdout: stream('stdout'), stderr: stream('stderr') });
  return { code, ...heard };
}
