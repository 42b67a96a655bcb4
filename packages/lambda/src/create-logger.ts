import { type Clock, systemClock } from '@hitl/core';
import { currentLogContext } from './log-context.ts';
import { loggable } from './loggable.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
type Facts = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  /** A logger whose lines all carry these facts too. */
  child(facts: Facts): Logger;
}

export interface LoggerOptions {
  readonly level?: LogLevel;
  readonly facts?: Facts;
  readonly clock?: Clock;
  /** Receives one line with its line feed. Default: stderr, so that stdout stays free for results. */
  readonly write?: (line: string) => void;
}

/** JSON lines `{time, level, message, …facts}`, with secrets redacted and the context of `runWithLogContext`. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = 'info', facts: base = {}, clock = systemClock } = options;
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const threshold = logLevels.indexOf(level);
  const at = (lineLevel: LogLevel) => {
    if (logLevels.indexOf(lineLevel) < threshold) return () => undefined;
    return (message: string, facts: Facts = {}) => {
      const line = loggable({
        ...base,
        ...currentLogContext(),
        ...facts,
        time: new Date(clock.now()).toISOString(),
        level: lineLevel,
        message,
      }) as Facts;
      const { time, level: shown, message: said, ...rest } = line;
      write(`${JSON.stringify({ time, level: shown, message: said, ...rest })}\n`);
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (facts) => createLogger({ ...options, facts: { ...base, ...facts } }),
  };
}
