import { type FieldError, InvalidInputError } from '@hitl/core';
import type { z } from 'zod';

/** A schema's complaint as the error that callers are told: every field by its path, the first ones in the message. */
export function toInvalidInput(error: z.ZodError): InvalidInputError {
  const errors: FieldError[] = error.issues.map((issue) => ({
    path: fieldPath(issue.path),
    message: issue.message,
  }));
  const shown = errors
    .slice(0, 3)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = errors.length > shown.length ? ` (and ${errors.length - shown.length} more)` : '';
  return new InvalidInputError(`${shown.join('; ')}${more}`, { cause: error, errors });
}

/** `calls[0].arguments.user_key` */
function fieldPath(path: readonly PropertyKey[]): string {
  let out = '';
  for (const part of path) {
    if (typeof part === 'number') out += `[${part}]`;
    else out += `${out === '' ? '' : '.'}${String(part)}`;
  }
  return out;
}
