import { InvalidInputError } from '@hitl/core';
import { createUserLock, type UserLock } from './create-user-lock.ts';
import {
  createDirectoryClient,
  type DirectoryClient,
  type DirectoryClientOptions,
} from './directory/create-directory-client.ts';
import type { PasswordDelivery } from './passwords/password-delivery.ts';

export interface GoogleAdminOptions extends Omit<DirectoryClientOptions, 'schemaName'> {
  readonly passwordDelivery: PasswordDelivery;
  /** Where roles are kept. Default schema `SSO`, field `role`, custom type `SSO`: what Google's AWS app is preconfigured for. */
  readonly roleSchema?: { readonly schema: string; readonly field: string; readonly customType?: string };
  /** `AWS_SAML_PROVIDER_NAME`: the identity provider's name in every account, for calls that name none. */
  readonly samlProviderName?: string | undefined;
  /** Roles that may be granted: whole ARNs, `*` stands for any text. Absent: all. Removing is never limited. */
  readonly allowedRoleArns?: readonly string[] | undefined;
  /** Keeps two changes of one user's roles apart. Default: within this process. */
  readonly userLock?: UserLock;
}

/** What every tool works with. */
export interface GoogleAdminContext {
  readonly directory: DirectoryClient;
  readonly passwordDelivery: PasswordDelivery;
  readonly roleSchema: { readonly schema: string; readonly field: string; readonly customType: string };
  readonly samlProviderName: string | undefined;
  readonly isRoleAllowed: (arn: string) => boolean;
  readonly userLock: UserLock;
  /** The administrator whom the server acts as, where known. */
  readonly subject: string | undefined;
}

/** @throws InvalidInputError naming the option */
export function createGoogleAdminContext(options: GoogleAdminOptions): GoogleAdminContext {
  const { schema, field, customType = 'SSO' } = options.roleSchema ?? { schema: 'SSO', field: 'role' };
  const checks: [string, string | undefined, RegExp][] = [
    ['roleSchema.schema', schema, /^[a-zA-Z][a-zA-Z0-9_-]*$/],
    ['roleSchema.field', field, /^[a-zA-Z][a-zA-Z0-9_-]*$/],
    ['roleSchema.customType', customType, /^\S+$/],
    ['samlProviderName', options.samlProviderName, /^[a-zA-Z0-9_-]+$/],
  ];
  for (const [path, value, pattern] of checks) {
    if (value === undefined || pattern.test(value)) continue;
    const message = `must match ${pattern.source}`;
    throw new InvalidInputError(`${path} ${message}`, { errors: [{ path, message }] });
  }
  const allowed = options.allowedRoleArns?.map(toPattern);
  const { credentials } = options;
  return {
    directory: createDirectoryClient({ ...options, schemaName: schema }),
    passwordDelivery: options.passwordDelivery,
    roleSchema: { schema, field, customType },
    samlProviderName: options.samlProviderName,
    isRoleAllowed: (arn) => allowed === undefined || allowed.some((pattern) => pattern.test(arn)),
    userLock: options.userLock ?? createUserLock(),
    subject: credentials.kind === 'service_account' ? credentials.subject.toLowerCase() : undefined,
  };
}

function toPattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
