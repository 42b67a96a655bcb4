import { readFile } from 'node:fs/promises';
import { InvalidInputError } from '@hitl/core';

/** @throws InvalidInputError with the file's name and why it can't be read. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'is a folder, not a file',
      EACCES: 'may not be read by this user',
    };
    throw new InvalidInputError(`${file}: ${reasons[code] ?? `can't be read (${code})`}`, { cause });
  }
}
