import {
  createIndexedDirectory,
  type Directory,
  type DirectoryIndex,
  directoryDocumentSchema,
  InvalidInputError,
  indexDirectory,
  UnavailableError,
} from '@hitl/core';
import { parseCheckedFile, readTextFile } from '../read-checked-file.ts';

export interface FileDirectoryOptions {
  readonly path: string;
  readonly logger?: { error(message: string, facts?: Record<string, unknown>): void };
}

interface Loaded {
  readonly text: string;
  readonly index: DirectoryIndex;
}

/**
 * A directory in a YAML or JSON file. The file is looked at again at every question, so that taking somebody out of a group takes
 * effect on the next vote. A file that has become wrong fails closed: every question throws `UnavailableError` until it is
 * mended, because an older list could still name somebody who was just removed.
 *
 * @throws InvalidInputError naming file, line and field, when the file is wrong from the start.
 */
export async function createFileDirectory({ path, logger }: FileDirectoryOptions): Promise<Directory> {
  let loaded = load(path, await readTextFile(path));
  let isBroken = false;

  async function current(): Promise<DirectoryIndex> {
    try {
      const text = await readTextFile(path);
      if (text !== loaded.text) loaded = load(path, text);
      isBroken = false;
      return loaded.index;
    } catch (error) {
      if (!isBroken)
        logger?.error('the directory can not be read; nobody may vote until it is mended', { error });
      isBroken = true;
      const reason = error instanceof InvalidInputError ? error.message : `${path} can't be read`;
      throw new UnavailableError(`the directory can't be read: ${reason}`, { cause: error });
    }
  }

  return createIndexedDirectory(current);
}

function load(path: string, text: string): Loaded {
  return { text, index: indexDirectory(parseCheckedFile(path, text, directoryDocumentSchema)) };
}
