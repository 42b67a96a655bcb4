import type { JsonValue } from '@hitl/core';

/** One item of the multi-value field, exactly as Google sent it; unknown items must survive every change. */
export type RoleEntry = JsonValue;

export interface AwsRole {
  readonly admin_role: string;
  readonly identity_provider: string;
  readonly account_id: string;
}

/**
 * Wider than what the tools take as input: entries made elsewhere may have paths, dots or another AWS partition, and
 * removing an account's access has to find them too.
 */
const rolePattern = /^arn:aws[a-z-]*:iam::(\d{12}):role\/\S+$/;
const providerPattern = /^arn:aws[a-z-]*:iam::\d{12}:saml-provider\/\S+$/;

/** The role and provider of an entry, which AWS accepts in either order; `undefined` for anything else. */
export function readRole(entry: RoleEntry): AwsRole | undefined {
  const value =
    entry !== null && typeof entry === 'object' && !Array.isArray(entry) ? entry.value : undefined;
  if (typeof value !== 'string') return undefined;
  const [first = '', second = '', ...rest] = value.split(',').map((part) => part.trim());
  const [role, provider] = rolePattern.test(first) ? [first, second] : [second, first];
  const accountId = rolePattern.exec(role)?.[1];
  if (accountId === undefined || !providerPattern.test(provider) || rest.length > 0) return undefined;
  return { admin_role: role, identity_provider: provider, account_id: accountId };
}

/** The same array when the pair is in it already. */
export function withRole(
  entries: readonly RoleEntry[],
  role: Pick<AwsRole, 'admin_role' | 'identity_provider'>,
  customType: string,
): readonly RoleEntry[] {
  const isPresent = entries.some((entry) => {
    const known = readRole(entry);
    return known?.admin_role === role.admin_role && known.identity_provider === role.identity_provider;
  });
  if (isPresent) return entries;
  const value = `${role.admin_role},${role.identity_provider}`;
  return [...entries, { value, type: 'custom', customType }];
}

/** Without the roles that match by role or by account; the same array when none does. */
export function withoutRoles(
  entries: readonly RoleEntry[],
  match: { readonly admin_role?: string | undefined; readonly account_id?: string | undefined },
): readonly RoleEntry[] {
  const kept = entries.filter((entry) => {
    const role = readRole(entry);
    if (role === undefined) return true;
    return match.admin_role === undefined
      ? role.account_id !== match.account_id
      : role.admin_role !== match.admin_role;
  });
  return kept.length === entries.length ? entries : kept;
}

/** The readable roles, and the text of the rest. */
export function describeEntries(entries: readonly RoleEntry[]): {
  readonly roles: AwsRole[];
  readonly other_entries: string[];
} {
  const roles: AwsRole[] = [];
  const others: string[] = [];
  for (const entry of entries) {
    const role = readRole(entry);
    if (role === undefined) others.push(entryText(entry));
    else roles.push(role);
  }
  return { roles, other_entries: others };
}

function entryText(entry: RoleEntry): string {
  const value = entry !== null && typeof entry === 'object' && !Array.isArray(entry) ? entry.value : entry;
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
