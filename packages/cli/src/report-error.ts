import { type FieldError, HitlError, redactText, visibleLine } from '@hitl/core';
import { ApiProblem } from './api-problem.ts';
import { exitCodeOfProblem, exitCodes } from './exit-codes.ts';

export interface ErrorReport {
  readonly code: string;
  /** One line: the option, field, variable or file line that is wrong, and what would be right. */
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly exitCode: number;
}

/** Names that the API uses for what this program calls otherwise. */
const optionNames: Readonly<Record<string, string>> = {
  user_id: '--user-id',
  query: '--query',
  category: '--category',
  environment: '--environment',
  session_id: '--session',
  execution_timeout: '--execution-timeout',
  limit: '--limit',
  cursor: '--cursor',
  digest: '--digest',
  reason: '--reason',
  arguments: '--arguments',
  call_id: '--call',
  grantee_id: '--for',
  max_uses: '--max-uses',
  expires_in_seconds: '--expires-in',
  allow_other_arguments: '--allow-other-arguments',
  stream: '--stream',
  run_id: '--run',
  after: '--after',
  head: '--head',
};
const shownErrors = 3;

/** Whatever went wrong, as one line for people and a code for scripts; never a stack trace, never a secret. */
export function reportError(error: unknown): ErrorReport {
  if (!(error instanceof HitlError)) {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const detail = `something went wrong that should not (HITL_DEBUG=1 shows where): ${redactText(said)}`;
    return { code: 'internal', detail: visibleLine(detail), errors: [], exitCode: exitCodes.failed };
  }
  const detail = withErrors(
    error instanceof ApiProblem ? withOptionName(error.message) : error.message,
    error.errors,
  );
  return {
    code: error.code,
    detail: visibleLine(redactText(detail)),
    errors: error.errors,
    exitCode: exitCodeOfProblem(error),
  };
}

function withOptionName(detail: string): string {
  return detail.replace(/^([a-z_]+)(?=: )/, (name) => optionNames[name] ?? name);
}

function withErrors(detail: string, errors: readonly FieldError[]): string {
  // A file's faults are counted in the message already.
  if (/\(and \d+ more\)$/.test(detail)) return detail;
  const untold = errors.filter(({ message }) => !detail.includes(message));
  const shown = untold.slice(0, shownErrors).map(({ path, message }) => {
    const name = optionNames[path] ?? path;
    return name === '' || detail.includes(name) ? message : `${name}: ${message}`;
  });
  const more = untold.length > shown.length ? ` (and ${untold.length - shown.length} more)` : '';
  return [detail, ...shown].join('; ') + more;
}
