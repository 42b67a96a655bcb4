import { InvalidInputError } from '@hitl/core';
import { type GoogleAdminOptions, parseGoogleCredentials } from '@hitl/google-admin';
import { z } from 'zod';

const url = z.url({ protocol: /^https?$/, error: 'must be a URL' }).optional();
/** Google's own file as it was downloaded, as JSON or as text (plain or base64). */
const keyFile = z.union([z.string().min(1), z.looseObject({})], { error: 'must be JSON or text' }).optional();

/**
 * The secret `agentcore-ENVIRONMENT/google`. One of `service_account` (with `admin_subject`) and `oauth_token` is needed.
 */
export const googleSecretSchema = z.strictObject({
  /** A service account key with domain-wide delegation. */
  service_account: keyFile,
  /** The administrator whom the service account acts for. */
  admin_subject: z.string().optional(),
  /** Stored OAuth credentials of an administrator: `client_id`, `client_secret`, `refresh_token`. */
  oauth_token: keyFile,
  /** Identity provider's name in every AWS account, for role grants that name none. Default: what the function is set to. */
  saml_provider_name: z.string().optional(),
  /** Roles that may be granted, `*` for any text. Default: all. */
  allowed_role_arns: z.array(z.string()).optional(),
  /** Another Directory API host and token endpoint than Google's, e.g. an emulated one: https, or http on loopback. */
  base_url: url,
  token_url: url,
});

const memberOf = {
  GOOGLE_SERVICE_ACCOUNT: 'service_account',
  GOOGLE_ADMIN_SUBJECT: 'admin_subject',
  GOOGLE_OAUTH_TOKEN: 'oauth_token',
  samlProviderName: 'saml_provider_name',
  rootUrl: 'base_url',
  tokenUrl: 'token_url',
} as const;

export type GoogleSecretOptions = Pick<
  GoogleAdminOptions,
  'credentials' | 'rootUrl' | 'tokenUrl' | 'samlProviderName' | 'allowedRoleArns'
>;

/** @throws InvalidInputError naming the member, never a value */
export function parseGoogleSecret(json: unknown): GoogleSecretOptions {
  const parsed = googleSecretSchema.safeParse(json);
  if (!parsed.success) throw inSecret(parsed.error.issues.flatMap(describeIssue));
  const secret = parsed.data;
  const credentials = inMembers(() =>
    parseGoogleCredentials({
      GOOGLE_SERVICE_ACCOUNT: textOf(secret.service_account),
      GOOGLE_ADMIN_SUBJECT: secret.admin_subject,
      GOOGLE_OAUTH_TOKEN: textOf(secret.oauth_token),
    }),
  );
  if (credentials === undefined)
    throw inSecret([{ path: 'service_account', message: 'must be set, or oauth_token' }]);
  return {
    credentials,
    rootUrl: secret.base_url,
    tokenUrl: secret.token_url,
    samlProviderName: secret.saml_provider_name,
    allowedRoleArns: secret.allowed_role_arns,
  };
}

/** Names what is wrong by the member of the secret, where the options have names of their own. */
export function inMembers<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const rename = (text: string) =>
      Object.entries(memberOf).reduce((out, [from, to]) => out.replaceAll(from, to), text);
    throw inSecret(
      error.errors.map(({ path, message }) => ({ path: rename(path), message: rename(message) })),
    );
  }
}

function textOf(value: z.infer<typeof keyFile>): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

function describeIssue(issue: z.core.$ZodIssue) {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: key, message: 'is not a member of it' }));
  const path = issue.path.join('.');
  return [path === '' ? { path: 'it', message: 'must be a JSON object' } : { path, message: issue.message }];
}

function inSecret(errors: { path: string; message: string }[]): InvalidInputError {
  return new InvalidInputError(errors.map(({ path, message }) => `${path} ${message}`).join('; '), {
    errors,
  });
}
