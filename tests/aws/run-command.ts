import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  /** Both streams in the order they came. */
  readonly output: string;
}

/** Runs a program to its end; `env` is all that it sees of this process's. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<CommandResult> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status: status ?? 1, stdout, output: withoutColours(output) };
}

function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins every colour.
  return text.replaceAll(/\x1b\[[0-9;]*m/g, '');
}
