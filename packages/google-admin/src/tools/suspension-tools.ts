import { digestOf, ForbiddenError, UnavailableError } from '@hitl/core';
import { defineTool, type ServerTool } from '@hitl/mcp-server';
import { z } from 'zod';
import type { GoogleUser } from '../directory/google-user.ts';
import type { GoogleAdminContext } from '../google-admin-options.ts';
import { userKeySchema } from './user-key.ts';
import { summariseUser, userSummarySchema } from './user-summary.ts';

const inputSchema = z.strictObject({ user_key: userKeySchema });
const resultShape = {
  user: userSummarySchema,
  changed: z.boolean().describe('False when the account was in that state already.'),
};

/** suspend_user and restore_user. */
export function createSuspensionTools(context: GoogleAdminContext): ServerTool[] {
  const { directory } = context;

  const setSuspended = async (user: GoogleUser, suspended: boolean, signal: AbortSignal) => {
    const isChanged = (user.suspended ?? false) !== suspended;
    const after = isChanged ? await directory.updateUser(user.id, { suspended }, signal) : user;
    if ((after.suspended ?? false) !== suspended)
      throw new UnavailableError(`Google took the change of ${user.primaryEmail} but did not make it`);
    return { user: summariseUser(after), changed: isChanged };
  };

  /** Suspending the account that the server acts as would lock it, and whoever could undo it here, out. */
  const checkNotSelf = (user: GoogleUser) => {
    if (user.primaryEmail.toLowerCase() === context.subject)
      throw new ForbiddenError('forbidden', `${user.primaryEmail} is the account that this server acts as`);
  };

  const previewOf = (user: GoogleUser, suspended: boolean, warnings: string[]) => {
    const isChanged = (user.suspended ?? false) !== suspended;
    const verb = suspended ? 'Suspend' : 'Restore';
    const already = suspended ? 'is suspended already' : 'is not suspended';
    return {
      summary: isChanged
        ? `${verb} ${describeUser(user)}`
        : `${describeUser(user)} ${already}; nothing would change`,
      changes: isChanged
        ? [{ path: `${user.primaryEmail}/suspended`, before: !suspended, after: suspended }]
        : [],
      ...(warnings.length === 0 ? {} : { warnings }),
      state_digest: digestOf({ ...summariseUser(user), suspension_reason: user.suspensionReason ?? null }),
    };
  };

  return [
    defineTool({
      name: 'suspend_user',
      title: 'Suspend user',
      description:
        'Suspends a Google Workspace account and ends its sessions: the person can no longer sign in. Nothing is deleted; restore_user undoes it.',
      inputSchema,
      outputSchema: z.strictObject({
        ...resultShape,
        signed_out: z.boolean().describe("Whether all of the account's sessions were ended."),
        warnings: z.array(z.string()).optional(),
      }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
      async execute({ user_key }, { signal }) {
        const user = await directory.getUser(user_key, signal);
        checkNotSelf(user);
        const result = await setSuspended(user, true, signal);
        try {
          await directory.signOut(user.id, signal);
          return { ...result, signed_out: true };
        } catch (error) {
          // The account is suspended; calling that a failure would be wrong, hiding the rest would be too.
          const reason = error instanceof Error ? error.message : 'no reason given';
          return {
            ...result,
            signed_out: false,
            warnings: [`The account is suspended, but its sessions could not be ended: ${reason}`],
          };
        }
      },
      async preview({ user_key }, { signal }) {
        const user = await directory.getUser(user_key, signal);
        checkNotSelf(user);
        const isAdmin = summariseUser(user).is_admin;
        return previewOf(user, true, isAdmin ? ['The user is an administrator.'] : []);
      },
    }),
    defineTool({
      name: 'restore_user',
      title: 'Restore user',
      description: 'Lifts the suspension of a Google Workspace account: the person can sign in again.',
      inputSchema,
      outputSchema: z.strictObject(resultShape),
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
      async execute({ user_key }, { signal }) {
        return setSuspended(await directory.getUser(user_key, signal), false, signal);
      },
      async preview({ user_key }, { signal }) {
        const user = await directory.getUser(user_key, signal);
        const warnings: string[] = [];
        if (user.suspended === true && (user.suspensionReason ?? 'ADMIN') !== 'ADMIN')
          warnings.push(`Google suspended it, not an administrator: ${user.suspensionReason}`);
        if (summariseUser(user).is_admin) warnings.push('The user is an administrator.');
        return previewOf(user, false, warnings);
      },
    }),
  ];
}

function describeUser(user: GoogleUser): string {
  const { first_name, last_name, primary_email } = summariseUser(user);
  return `${first_name} ${last_name} (${primary_email})`;
}
