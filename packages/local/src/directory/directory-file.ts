import { z } from 'zod';

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
export const directoryFileSchema = z
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
