import { visibleJson } from '@hitl/core';
import { createColors } from 'picocolors';
import { guardTerminal } from './render/guard-terminal.ts';

/** Where a command writes. Results go to stdout, everything else to stderr. */
export interface Output {
  readonly isJson: boolean;
  /** For stdout; without effect where it is no terminal. */
  readonly colors: ReturnType<typeof createColors>;
  /** Columns of the terminal; `undefined` where stdout is none, and nothing is shortened. */
  readonly width: number | undefined;
  /** The command's result: exactly one JSON document with `--json`, else what `render` makes of it. */
  result<T>(value: T, render: (value: T) => string): void;
  /** Progress and hints: stderr with `--json`, so that stdout stays one document. */
  say(text: string): void;
  warn(text: string): void;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly env: { readonly NO_COLOR?: string | undefined; readonly TERM?: string | undefined };
  readonly stdout: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
}

/** Whatever a command hands over, no control character but the line feed, the tab and our own styles reaches a terminal. */
export function createOutput({ json, env, stdout, stderr }: OutputOptions): Output {
  const mayColor = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  const isStdoutColored = mayColor && stdout.isTTY === true && !json;
  const isStderrColored = mayColor && stderr.isTTY === true;
  const stderrColors = createColors(isStderrColored);
  return {
    isJson: json,
    colors: createColors(isStdoutColored),
    width: stdout.isTTY === true && stdout.columns > 0 ? stdout.columns : undefined,
    result(value, render) {
      const text = json ? visibleJson(value, 2) : guardTerminal(render(value), isStdoutColored);
      stdout.write(`${text}\n`);
    },
    say(text) {
      (json ? stderr : stdout).write(`${guardTerminal(text, isStdoutColored)}\n`);
    },
    warn(text) {
      stderr.write(`${guardTerminal(stderrColors.yellow(text), isStderrColored)}\n`);
    },
  };
}
