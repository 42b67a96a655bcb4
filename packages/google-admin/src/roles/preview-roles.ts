import { digestOf, type Preview } from '@hitl/core';
import type { GoogleUser } from '../directory/google-user.ts';
import type { GoogleAdminContext } from '../google-admin-options.ts';
import { entriesOf, type RolePlan } from './change-roles.ts';
import { describeEntries } from './role-entries.ts';

/** What the plan would do to the user as read now; the digest covers every entry of the field. */
export function previewRoles(
  context: GoogleAdminContext,
  user: GoogleUser,
  plan: RolePlan,
  summarise: (changed: number) => string,
  warnings: readonly string[],
): Preview {
  const entries = entriesOf(user, context);
  const after = plan(entries);
  const { schema, field } = context.roleSchema;
  return {
    summary: summarise(Math.abs(after.length - entries.length)),
    changes:
      after === entries
        ? []
        : [{ path: `${user.primaryEmail}/${schema}.${field}`, before: texts(entries), after: texts(after) }],
    ...(warnings.length === 0 ? {} : { warnings: [...warnings] }),
    state_digest: digestOf({ id: user.id, suspended: user.suspended ?? false, entries }),
  };
}

function texts(entries: Parameters<typeof describeEntries>[0]): string[] {
  return entries.flatMap((entry) => {
    const { roles, other_entries } = describeEntries([entry]);
    return [...roles.map((role) => `${role.admin_role} via ${role.identity_provider}`), ...other_entries];
  });
}
