import { ConflictError, digestOf, OutcomeUnknownError } from '@hitl/core';
import { defineTool, type ServerTool } from '@hitl/mcp-server';
import { z } from 'zod';
import { explainRequestError } from '../directory/explain-request-error.ts';
import { GoogleRequestError } from '../directory/google-request-error.ts';
import type { GoogleUser } from '../directory/google-user.ts';
import { isRetryable } from '../directory/is-retryable.ts';
import type { GoogleAdminContext } from '../google-admin-options.ts';
import { generatePassword } from '../passwords/generate-password.ts';
import { summariseUser, userSummarySchema } from './user-summary.ts';

const isOneLine = (text: string) => !/\p{Cc}/u.test(text);
const personName = z
  .string()
  .min(1)
  .max(60)
  .refine(
    (text) => text.trim() === text && isOneLine(text),
    'must be a name on one line, without spaces around it',
  );

const inputSchema = z.strictObject({
  primary_email: z
    .string()
    .max(254)
    .regex(/^[a-zA-Z0-9._'+-]{1,64}@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$/, 'must be an e-mail address')
    .meta({ format: 'email', description: 'The address of the new account.' }),
  first_name: personName.describe('Given name.'),
  last_name: personName.describe('Family name.'),
  org_unit_path: z
    .string()
    .regex(/^\//, 'must begin with /')
    .refine(isOneLine, 'must be on one line')
    .optional()
    .describe('Organisational unit, e.g. /Engineering. Default: / (the top).'),
});
type Input = z.infer<typeof inputSchema>;

export function createCreateUserTool(context: GoogleAdminContext): ServerTool {
  const { directory, passwordDelivery } = context;

  /** Inserts until Google says yes or no; `undefined` when the account turned out to exist. @throws HitlError */
  const insert = async (input: Input, password: string, signal: AbortSignal) => {
    const body = {
      primaryEmail: input.primary_email,
      name: { givenName: input.first_name, familyName: input.last_name },
      orgUnitPath: input.org_unit_path ?? '/',
      password,
      changePasswordAtNextLogin: true,
    };
    let mayExist = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await directory.insertUserOnce(body, signal);
      } catch (error) {
        if (!(error instanceof GoogleRequestError)) throw unknownIf(mayExist, input, error);
        if (error.status === 409) return undefined;
        mayExist ||= error.isAmbiguous;
        if (!isRetryable(error) || attempt >= directory.retry.maxAttempts)
          throw unknownIf(mayExist, input, explainRequestError(error, `account ${input.primary_email}`));
        // Safe to send again: a second creation of one address is refused as a duplicate.
        await directory.backOff(attempt, error, signal);
      }
    }
  };

  return defineTool({
    name: 'create_user',
    title: 'Create user',
    description:
      'Creates a Google Workspace account. The first password is generated, delivered outside this conversation, and must be changed at the first sign-in. An account that exists with the same names and organisational unit is left alone and reported; with other data it is a conflict.',
    inputSchema,
    outputSchema: z.strictObject({
      created: z.boolean().describe('False when the account existed already with the same data.'),
      user: userSummarySchema,
      change_password_at_next_login: z.boolean(),
      password_reference: z
        .string()
        .optional()
        .describe('Where the generated password was delivered; not the password.'),
    }),
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async execute(input, { signal }) {
      const { user: existing, askedAt } = await directory.findUser(input.primary_email, signal);
      if (existing !== undefined) return alreadyThere(input, existing);

      const password = generatePassword();
      const delivered = await passwordDelivery.deliver({ primary_email: input.primary_email, password });
      let made: GoogleUser | undefined;
      try {
        made = await insert(input, password, signal);
      } catch (error) {
        // While the account may exist, the password may be its password.
        if (!(error instanceof OutcomeUnknownError)) await delivered.withdraw();
        throw error;
      }
      const user = await waitUntilComplete(context, input.primary_email, made, signal);
      if (made === undefined && !isMadeSince(user, askedAt)) {
        await delivered.withdraw();
        return alreadyThere(input, user);
      }
      const difference = differenceOf(input, user);
      if (made === undefined && difference !== undefined) {
        await delivered.withdraw();
        throw conflict(input, difference);
      }
      return {
        created: true,
        user: summariseUser(user),
        change_password_at_next_login: true,
        password_reference: delivered.reference,
      };
    },
    async preview(input, { signal }) {
      const { user } = await directory.findUser(input.primary_email, signal);
      const wanted = {
        primary_email: input.primary_email,
        first_name: input.first_name,
        last_name: input.last_name,
        org_unit_path: input.org_unit_path ?? '/',
      };
      if (user !== undefined) {
        alreadyThere(input, user);
        return {
          summary: `${input.primary_email} exists already with this data; nothing would change`,
          changes: [],
          state_digest: digestOf(summariseUser(user)),
        };
      }
      return {
        summary: `Create the account ${input.primary_email} for ${input.first_name} ${input.last_name} in ${wanted.org_unit_path}`,
        changes: [{ path: input.primary_email, before: null, after: wanted }],
        state_digest: digestOf({ user: null }),
      };
    },
  });
}

function alreadyThere(input: Input, user: GoogleUser) {
  const difference = differenceOf(input, user);
  if (difference !== undefined) throw conflict(input, difference);
  return { created: false, user: summariseUser(user), change_password_at_next_login: false };
}

function conflict(input: Input, difference: string): ConflictError {
  return new ConflictError('conflict', `${input.primary_email} exists already, but ${difference}`);
}

/** The first way in which the account is not the one asked for. */
function differenceOf(input: Input, user: GoogleUser): string | undefined {
  const found = summariseUser(user);
  if (found.primary_email.toLowerCase() !== input.primary_email.toLowerCase())
    return `is an alias of ${found.primary_email}`;
  if (found.first_name !== input.first_name || found.last_name !== input.last_name)
    return `belongs to ${found.first_name} ${found.last_name}`;
  if (found.org_unit_path !== (input.org_unit_path ?? '/')) return `is in ${found.org_unit_path}`;
  if (found.suspended) return 'is suspended';
  return undefined;
}

/**
 * Tells our own creation, whose answer was lost, from somebody's older account. By Google's clock on both sides, so that ours
 * does not matter; `Date` headers have a second's grain.
 */
function isMadeSince(user: GoogleUser, askedAt: number): boolean {
  const madeAt = Date.parse(user.creationTime ?? '');
  return !Number.isNaN(madeAt) && madeAt >= askedAt - 2000;
}

function unknownIf(mayExist: boolean, input: Input, error: unknown): unknown {
  if (!mayExist) return error;
  return new OutcomeUnknownError(
    `Google did not answer whether ${input.primary_email} was created: look before trying again`,
    { cause: error },
  );
}

/**
 * A new account may be invisible, or without its name, for a while. After a confirmed creation the wait is short and Google's
 * answer to it stands in for what does not show yet; after a refused duplicate only the account itself can tell what it is.
 */
async function waitUntilComplete(
  { directory }: GoogleAdminContext,
  primaryEmail: string,
  made: GoogleUser | undefined,
  signal: AbortSignal,
): Promise<GoogleUser> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const user =
        made === undefined
          ? await directory.getUser(primaryEmail, signal)
          : (await directory.findUser(made.id, signal)).user;
      if (user?.name?.givenName !== undefined) return user;
      const best = made ?? user;
      if (attempt >= directory.retry.maxAttempts && best !== undefined) return best;
      await directory.backOff(attempt, undefined, signal);
    } catch (error) {
      if (made !== undefined) return made;
      throw new OutcomeUnknownError(
        `Google says that ${primaryEmail} exists but does not show it: look before trying again`,
        { cause: error },
      );
    }
  }
}
