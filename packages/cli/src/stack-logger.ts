import { escapeJson } from '@hitl/core';
import { createLogger, type Logger, logLevels } from '@hitl/lambda';

/** The stack's own log lines on stderr; they hold what tools and people wrote, and a terminal must not obey it. */
export function createStackLogger(env: NodeJS.ProcessEnv): Logger {
  // A wrong LOG_LEVEL is reported, by name, where the stack reads its environment.
  const level = logLevels.find((known) => known === env.LOG_LEVEL) ?? 'warn';
  return createLogger({ level, write: (line) => void process.stderr.write(escapeJson(line)) });
}
