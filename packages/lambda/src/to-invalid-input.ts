import { type FieldError, InvalidInputError } from '@hitl/core';
import type { z } from 'zod';

/**
 * A schema's complaint as the error that callers are told: every field by its path, the first ones in the message. `where` names
 * the whole (such as `body`) when that is what is wrong.
 */
export function toInvalidInput(error: z.ZodError, where = ''): InvalidInputError {
  const errors = error.issues
    .flatMap(fieldErrors)
    .map(({ path, message }) => ({ path: path === '' ? where : path, message }));
  const shown = errors
    .slice(0, 3)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = errors.length > shown.length ? ` (and ${errors.length - shown.length} more)` : '';
  return new InvalidInputError(`${shown.join('; ')}${more}`, { cause: error, errors });
}

/** An unknown member is named by its own path, not by that of the object it stands in. */
function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: fieldPath(issue.path), message: issue.message }];
  return issue.keys.map((key) => ({
    path: fieldPath([...issue.path, key]),
    message: 'is not a known field',
  }));
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
