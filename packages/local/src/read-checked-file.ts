import { readFile } from 'node:fs/promises';
import { type FieldError, InvalidInputError } from '@hitl/core';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/**
 * Reads a YAML or JSON file against a schema.
 * @throws InvalidInputError that names file, line and field of each fault.
 */
export async function readCheckedFile<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  return parseCheckedFile(path, await readTextFile(path), schema);
}

/** @throws InvalidInputError that names the file. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reason = { ENOENT: 'does not exist', EACCES: 'may not be read', EISDIR: 'is a folder, not a file' }[
      code
    ];
    throw new InvalidInputError(`${path} ${reason ?? `can't be read (${code})`}`, { cause: error });
  }
}

/** The same for text that was read already. */
export function parseCheckedFile<S extends z.ZodType>(path: string, text: string, schema: S): z.output<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    throw faults(
      path,
      document.errors.map((error) => ({ line: lineAt(error.pos[0]), path: '', message: error.message })),
    );
  }
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  throw faults(
    path,
    parsed.error.issues.map((issue) => ({
      line: lineAt(offsetOf(document, issue.path)),
      path: issue.path.map(String).join('.'),
      message: issue.message,
    })),
  );
}

/** Where the value stands, or the nearest thing around it that is there. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return 0;
}

function faults(
  file: string,
  found: readonly { line: number; path: string; message: string }[],
): InvalidInputError {
  const errors: FieldError[] = found.map(({ line, path, message }) => ({
    path: `${file}:${line}${path && ` ${path}`}`,
    message,
  }));
  const shown = errors.slice(0, 3).map(({ path, message }) => `${path}: ${message}`);
  const more = errors.length > shown.length ? ` (and ${errors.length - shown.length} more)` : '';
  return new InvalidInputError(`${shown.join('; ')}${more}`, { errors });
}
