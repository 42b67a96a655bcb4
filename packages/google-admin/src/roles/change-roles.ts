import { ConflictError, type HitlError, OutcomeUnknownError } from '@hitl/core';
import { z } from 'zod';
import { explainRequestError } from '../directory/explain-request-error.ts';
import { GoogleRequestError } from '../directory/google-request-error.ts';
import type { GoogleUser } from '../directory/google-user.ts';
import { isRetryable } from '../directory/is-retryable.ts';
import type { GoogleAdminContext } from '../google-admin-options.ts';
import type { RoleEntry } from './role-entries.ts';

export const awsRoleSchema = z.strictObject({
  admin_role: z.string(),
  identity_provider: z.string(),
  account_id: z.string(),
});

/** All items of the configured field, as they are. */
export function entriesOf(user: GoogleUser, { roleSchema }: GoogleAdminContext): readonly RoleEntry[] {
  const value = user.customSchemas?.[roleSchema.schema]?.[roleSchema.field];
  return Array.isArray(value) ? value : [];
}

/** From the wanted entries to the same array when nothing is to do; pure, as it runs again on every fresh read. */
export type RolePlan = (entries: readonly RoleEntry[]) => readonly RoleEntry[];

export interface RoleChange {
  readonly user: GoogleUser;
  readonly before: readonly RoleEntry[];
  readonly after: readonly RoleEntry[];
}

const maxRounds = 5;

/**
 * Read, write the whole array, read again, until the change stands. Google can't change one item of the array and promises no
 * conditional write, so a write is never repeated from an old read, and one that another writer undid is made again.
 */
export async function changeRoles(
  context: GoogleAdminContext,
  { id, primaryEmail }: GoogleUser,
  plan: RolePlan,
  callSignal: AbortSignal,
): Promise<RoleChange> {
  const { directory } = context;
  return context.userLock(id, async (held) => {
    const signal = held === undefined ? callSignal : AbortSignal.any([callSignal, held.signal]);
    let before: readonly RoleEntry[] | undefined;
    let failure: GoogleRequestError | undefined;
    let mayHaveWritten = false;
    for (let round = 1; round <= maxRounds; round += 1) {
      const user = await readAgain(() => directory.getUser(id, signal), mayHaveWritten);
      const entries = entriesOf(user, context);
      before ??= entries;
      const wanted = plan(entries);
      if (wanted === entries) return { user, before, after: entries };
      failure = undefined;
      try {
        await directory.updateUserOnce(id, withEntries(user, wanted, context), signal);
        mayHaveWritten = true;
        const written = await readAgain(() => directory.getUser(id, signal), true);
        const after = entriesOf(written, context);
        if (plan(after) === after) return { user: written, before, after };
      } catch (error) {
        if (!(error instanceof GoogleRequestError)) throw error;
        mayHaveWritten ||= error.isAmbiguous;
        failure = error;
        if (!isRetryable(error)) break;
      }
      if (round < maxRounds) await directory.backOff(round, failure, signal);
    }
    throw lastFailure(primaryEmail, failure);
  });
}

function lastFailure(email: string, failure: GoogleRequestError | undefined): HitlError {
  if (failure === undefined) {
    return new ConflictError('conflict', `the roles of ${email} keep being changed by somebody else`);
  }
  if (failure.isAmbiguous) {
    return new OutcomeUnknownError(
      `Google did not answer whether the roles of ${email} were changed: look before trying again`,
      { cause: failure },
    );
  }
  return explainRequestError(failure, `user ${email}`);
}

/** After a write that may stand, a failed read leaves the outcome unknown: saying "failed" would be wrong. */
async function readAgain(read: () => Promise<GoogleUser>, mayHaveWritten: boolean): Promise<GoogleUser> {
  try {
    return await read();
  } catch (error) {
    if (!mayHaveWritten) throw error;
    throw new OutcomeUnknownError('the roles were written, but could not be read again to verify it', {
      cause: error,
    });
  }
}

/** The body of the PUT: the schema's other fields go along unchanged, in case they would be dropped. */
function withEntries(user: GoogleUser, entries: readonly RoleEntry[], { roleSchema }: GoogleAdminContext) {
  const { schema, field } = roleSchema;
  return { customSchemas: { [schema]: { ...user.customSchemas?.[schema], [field]: [...entries] } } };
}
