import { type Directory, type DirectoryEntry, InvalidInputError, UnavailableError } from '@hitl/core';
import { parseCheckedFile, readTextFile } from '../read-checked-file.ts';
import { directoryFileSchema } from './directory-file.ts';

export interface FileDirectoryOptions {
  readonly path: string;
  readonly logger?: { error(message: string, facts?: Record<string, unknown>): void };
}

interface Loaded {
  readonly text: string;
  readonly byId: ReadonlyMap<string, DirectoryEntry>;
  readonly byLink: ReadonlyMap<string, DirectoryEntry>;
  readonly byGroup: ReadonlyMap<string, readonly string[]>;
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

  async function current(): Promise<Loaded> {
    try {
      const text = await readTextFile(path);
      if (text !== loaded.text) loaded = load(path, text);
      isBroken = false;
      return loaded;
    } catch (error) {
      if (!isBroken)
        logger?.error('the directory can not be read; nobody may vote until it is mended', { error });
      isBroken = true;
      const reason = error instanceof InvalidInputError ? error.message : `${path} can't be read`;
      throw new UnavailableError(`the directory can't be read: ${reason}`, { cause: error });
    }
  }

  return {
    find: async (id) => (await current()).byId.get(id),
    findByLink: async (link) => (await current()).byLink.get(link),
    membersOf: async (group) => (await current()).byGroup.get(group) ?? [],
    list: async () => [...(await current()).byId.values()],
  };
}

function load(path: string, text: string): Loaded {
  const file = parseCheckedFile(path, text, directoryFileSchema);
  const byId = new Map<string, DirectoryEntry>();
  const byLink = new Map<string, DirectoryEntry>();
  const byGroup = new Map<string, string[]>();
  for (const { display_name, links, ...rest } of file.principals) {
    const entry: DirectoryEntry = {
      ...rest,
      groups: [...new Set(rest.groups)],
      ...(display_name === undefined ? {} : { display_name }),
      ...(links === undefined ? {} : { links }),
    };
    byId.set(entry.id, entry);
    for (const link of links ?? []) byLink.set(link, entry);
    for (const group of entry.groups) byGroup.set(group, [...(byGroup.get(group) ?? []), entry.id]);
  }
  return { text, byId, byLink, byGroup };
}
