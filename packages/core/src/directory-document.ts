import { z } from 'zod';
import type { Directory, DirectoryEntry } from './ports/directory.ts';

const name = (what: string) =>
  z
    .string({ error: `${what} must be text (in quotes, if it looks like a number)` })
    .min(1)
    .max(256);

const entrySchema = z.strictObject({
  id: name('an id'),
  kind: z.enum(['user', 'service'], { error: 'kind must be user or service' }).default('user'),
  display_name: name('a display_name').optional(),
  /** Bare names, without the `group:` that policies write. */
  groups: z
    .array(name('a group').regex(/^(?!group:)/, 'a group is written without "group:" here'))
    .default([]),
  /** Accounts elsewhere that are this person, e.g. `slack:T1/U2`. */
  links: z
    .array(name('a link').regex(/^[a-z]+:.+$/, 'a link is written CHANNEL:ACCOUNT, e.g. slack:T1/U2'))
    .optional(),
});

/** Who exists and who belongs where, as people write it. */
export const directoryDocumentSchema = z
  .strictObject({
    version: z.literal(1, { error: 'version must be 1' }),
    principals: z.array(entrySchema),
  })
  .check((context) => {
    const owners = new Map<string, number>();
    const unique = (key: string, index: number, path: (string | number)[], message: string) => {
      const earlier = owners.get(key);
      if (earlier === undefined) owners.set(key, index);
      else context.issues.push({ code: 'custom', input: key, path: ['principals', index, ...path], message });
    };
    context.value.principals.forEach((entry, index) => {
      unique(`id ${entry.id}`, index, ['id'], `${entry.id} is here twice`);
      entry.links?.forEach((link, at) => {
        unique(`link ${link}`, index, ['links', at], `${link} can belong to one principal only`);
      });
    });
  });
export type DirectoryDocument = z.output<typeof directoryDocumentSchema>;

/** A document, ready to be asked. */
export interface DirectoryIndex {
  readonly byId: ReadonlyMap<string, DirectoryEntry>;
  readonly byLink: ReadonlyMap<string, DirectoryEntry>;
  readonly byGroup: ReadonlyMap<string, readonly string[]>;
}

export function indexDirectory({ principals }: DirectoryDocument): DirectoryIndex {
  const byId = new Map<string, DirectoryEntry>();
  const byLink = new Map<string, DirectoryEntry>();
  const byGroup = new Map<string, string[]>();
  for (const { display_name, links, ...rest } of principals) {
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
  return { byId, byLink, byGroup };
}

/** A directory that looks at `current` for every question; what that throws, the question throws. */
export function createIndexedDirectory(current: () => Promise<DirectoryIndex>): Directory {
  return {
    find: async (id) => (await current()).byId.get(id),
    findByLink: async (link) => (await current()).byLink.get(link),
    membersOf: async (group) => (await current()).byGroup.get(group) ?? [],
    list: async () => [...(await current()).byId.values()],
  };
}
