import { createColors } from 'picocolors';

/** Where a command writes. Results go to stdout, everything else to stderr. */
export interface Output {
  readonly isJson: boolean;
  readonly colors: ReturnType<typeof createColors>;
  /** The command's result: exactly one JSON document with `--json`, else what `render` makes of it. */
  result<T>(value: T, render: (value: T) => string): void;
  /** Progress and hints: stderr with `--json`, so that stdout stays one document. */
  say(text: string): void;
  warn(text: string): void;
}

export function createOutput(options: {
  readonly json: boolean;
  readonly isTty: boolean;
  readonly noColor: boolean;
}): Output {
  const colors = createColors(options.isTty && !options.noColor && !options.json);
  return {
    isJson: options.json,
    colors,
    result(value, render) {
      process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${render(value)}\n`);
    },
    say(text) {
      (options.json ? process.stderr : process.stdout).write(`${text}\n`);
    },
    warn(text) {
      process.stderr.write(`${colors.yellow(text)}\n`);
    },
  };
}
