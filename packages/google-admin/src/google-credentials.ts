import { createPrivateKey } from 'node:crypto';
import { InvalidInputError } from '@hitl/core';
import { z } from 'zod';

/**
 * How the server proves itself to Google: a service account that acts for an administrator (domain-wide delegation), or an
 * administrator's own OAuth token.
 */
export type GoogleCredentials =
  | {
      readonly kind: 'service_account';
      readonly clientEmail: string;
      readonly privateKey: string;
      /** The administrator whom the service account acts for. */
      readonly subject: string;
    }
  | {
      readonly kind: 'oauth_refresh';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly refreshToken: string;
    }
  | { readonly kind: 'oauth_access'; readonly accessToken: string };

export interface GoogleCredentialVariables {
  /** JSON of a service account key, plain or base64. */
  readonly GOOGLE_SERVICE_ACCOUNT?: string | undefined;
  readonly GOOGLE_ADMIN_SUBJECT?: string | undefined;
  /** base64 JSON of stored OAuth credentials (plain JSON is taken too). */
  readonly GOOGLE_OAUTH_TOKEN?: string | undefined;
}

const serviceAccountSchema = z.looseObject({
  type: z.literal('service_account', { error: 'must be "service_account"' }),
  client_email: z.email('must be the e-mail address of the service account'),
  private_key: z
    .string({ error: 'must be the PEM private key' })
    .refine(isPrivateKey, 'is not a PEM private key'),
});

const text = z.string().min(1);
/** Google's libraries write `token`, OAuth's answers say `access_token`. */
const oauthSchema = z.looseObject({
  client_id: text.optional(),
  client_secret: text.optional(),
  refresh_token: text.optional(),
  token: text.optional(),
  access_token: text.optional(),
});

/**
 * Reads the credential variables; `undefined` when none is set. Throws `InvalidInputError` that names the variable and the
 * member, never a value. Token and key endpoints inside the JSON are ignored: they could send the secret anywhere.
 */
export function parseGoogleCredentials(variables: GoogleCredentialVariables): GoogleCredentials | undefined {
  const serviceAccount = variables.GOOGLE_SERVICE_ACCOUNT?.trim() ?? '';
  const oauthToken = variables.GOOGLE_OAUTH_TOKEN?.trim() ?? '';
  if (serviceAccount !== '' && oauthToken !== '')
    throw wrong(
      'GOOGLE_OAUTH_TOKEN',
      'must not be set together with GOOGLE_SERVICE_ACCOUNT: set one of them',
    );
  if (serviceAccount !== '') {
    const key = parseVariable('GOOGLE_SERVICE_ACCOUNT', serviceAccount, serviceAccountSchema);
    const subject = z.email().safeParse(variables.GOOGLE_ADMIN_SUBJECT?.trim());
    if (!subject.success)
      throw wrong(
        'GOOGLE_ADMIN_SUBJECT',
        'must be the e-mail address of the administrator that the service account acts for',
      );
    const { client_email: clientEmail, private_key: privateKey } = key;
    return { kind: 'service_account', clientEmail, privateKey, subject: subject.data };
  }
  if ((variables.GOOGLE_ADMIN_SUBJECT?.trim() ?? '') !== '')
    throw wrong('GOOGLE_ADMIN_SUBJECT', 'is only for GOOGLE_SERVICE_ACCOUNT, which is not set');
  if (oauthToken === '') return undefined;
  const stored = parseVariable('GOOGLE_OAUTH_TOKEN', oauthToken, oauthSchema);
  const { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken } = stored;
  if (clientId !== undefined && clientSecret !== undefined && refreshToken !== undefined)
    return { kind: 'oauth_refresh', clientId, clientSecret, refreshToken };
  const accessToken = stored.token ?? stored.access_token;
  if (accessToken === undefined || refreshToken !== undefined)
    throw wrong(
      'GOOGLE_OAUTH_TOKEN',
      'must hold client_id, client_secret and refresh_token (or only an access token, which lasts an hour)',
    );
  return { kind: 'oauth_access', accessToken };
}

function parseVariable<T>(name: string, value: string, schema: z.ZodType<T>): T {
  const json = value.startsWith('{') ? value : Buffer.from(value, 'base64').toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    // The parser's own message would quote the secret.
    throw wrong(name, 'must be JSON, plain or base64');
  }
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({
    path: [name, ...issue.path].join('.'),
    message: issue.message,
  }));
  throw new InvalidInputError(errors.map((error) => `${error.path} ${error.message}`).join('; '), { errors });
}

function wrong(path: string, message: string): InvalidInputError {
  return new InvalidInputError(`${path} ${message}`, { errors: [{ path, message }] });
}

function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    // Whatever it is, Google's client could not sign with it.
    return false;
  }
}
