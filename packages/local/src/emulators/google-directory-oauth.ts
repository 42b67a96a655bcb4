import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from './google-directory-store.ts';
import { GoogleError } from './google-error.ts';

const jwtGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Google's own token URL stands in every assertion, also when the request is sent elsewhere. */
const googleTokenUrl = 'https://oauth2.googleapis.com/token';
export const userScope = 'https://www.googleapis.com/auth/admin.directory.user';
export const schemaScope = 'https://www.googleapis.com/auth/admin.directory.userschema';
const grantedScopes = [
  userScope,
  `${userScope}.readonly`,
  `${userScope}.security`,
  schemaScope,
  `${schemaScope}.readonly`,
];

const credentialsSchema = z.strictObject({
  /** As downloaded from Google's console. */
  serviceAccount: z.strictObject({
    type: z.literal('service_account'),
    client_email: z.string(),
    private_key_id: z.string(),
    private_key: z.string(),
  }),
  /** As Google's sign-in libraries store it. */
  authorizedUser: z.strictObject({
    type: z.literal('authorized_user'),
    client_id: z.string(),
    client_secret: z.string(),
    refresh_token: z.string(),
  }),
  tokenKey: z.string(),
});
export type EmulatedCredentials = z.infer<typeof credentialsSchema>;

/** The error of the token endpoint, in OAuth's form. */
export class OAuthError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, description: string) {
    super(description);
    this.status = status;
    this.code = code;
  }
}

export interface OAuthCalls {
  readonly credentials: EmulatedCredentials;
  /** @throws OAuthError */
  token(form: URLSearchParams): Record<string, unknown>;
  /** @throws GoogleError 401 or 403 */
  authorize(authorization: string | undefined, anyOf: readonly string[]): void;
}

/** Made once per data directory and kept there, readable by the owner only, so that clients keep working over a restart. */
function openCredentials(dataDir: string): EmulatedCredentials {
  const path = join(dataDir, 'credentials.json');
  if (existsSync(path)) return credentialsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const made: EmulatedCredentials = {
    serviceAccount: {
      type: 'service_account',
      client_email: 'hitl@emulated.iam.gserviceaccount.com',
      private_key_id: randomBytes(20).toString('hex'),
      private_key: privateKey,
    },
    authorizedUser: {
      type: 'authorized_user',
      client_id: 'emulated.apps.googleusercontent.com',
      client_secret: randomBytes(18).toString('base64url'),
      refresh_token: randomBytes(32).toString('base64url'),
    },
    tokenKey: randomBytes(32).toString('base64url'),
  };
  replaceFile(path, made);
  return made;
}

export function createOAuthCalls(
  dataDir: string,
  admin: string,
  isAdmin: (email: string) => boolean,
): OAuthCalls {
  const credentials = openCredentials(dataDir);
  const publicKey = createPublicKey(credentials.serviceAccount.private_key);
  const sign = (text: string) => createHmac('sha256', credentials.tokenKey).update(text).digest('base64url');

  /** Tokens carry their own claims under a MAC, so that none is lost when the emulator restarts. */
  const issue = (subject: string, scopes: readonly string[]) => {
    const claims = JSON.stringify({ subject, scopes, expiresAtMs: Date.now() + 3_600_000 });
    const body = Buffer.from(claims).toString('base64url');
    return {
      access_token: `ya29.${body}.${sign(body)}`,
      expires_in: 3599,
      scope: scopes.join(' '),
      token_type: 'Bearer',
    };
  };

  const fromAssertion = (assertion: string) => {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const claims = claimsSchema.safeParse(jsonOf(body)).data;
    const header = z.looseObject({ alg: z.literal('RS256') }).safeParse(jsonOf(head));
    const now = Date.now() / 1000;
    if (claims === undefined || !header.success)
      throw new OAuthError(400, 'invalid_grant', 'Invalid JWT: malformed');
    if (claims.iss !== credentials.serviceAccount.client_email)
      throw new OAuthError(400, 'invalid_grant', 'Invalid grant: account not found');
    const isSigned = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${body}`),
      publicKey,
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned) throw new OAuthError(400, 'invalid_grant', 'Invalid JWT Signature.');
    const isTimely = claims.iat <= now + 300 && claims.exp > now && claims.exp - claims.iat <= 3600;
    if (claims.aud !== googleTokenUrl || !isTimely)
      throw new OAuthError(400, 'invalid_grant', 'Invalid JWT: audience or times are out of range');
    const scopes = claims.scope.split(' ').filter((scope) => scope !== '');
    if (scopes.length === 0 || !scopes.every((scope) => grantedScopes.includes(scope)))
      throw new OAuthError(
        401,
        'unauthorized_client',
        'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      );
    return issue(claims.sub ?? '', scopes);
  };

  return {
    credentials,
    token(form) {
      const grant = form.get('grant_type');
      if (grant === jwtGrant) return fromAssertion(form.get('assertion') ?? '');
      if (grant !== 'refresh_token')
        throw new OAuthError(400, 'unsupported_grant_type', `Invalid grant_type: ${grant ?? ''}`);
      const { client_id: id, client_secret: secret, refresh_token: refresh } = credentials.authorizedUser;
      if (form.get('client_id') !== id || form.get('client_secret') !== secret)
        throw new OAuthError(401, 'invalid_client', 'Unauthorized');
      if (form.get('refresh_token') !== refresh)
        throw new OAuthError(400, 'invalid_grant', 'Token has been expired or revoked.');
      return issue(admin, grantedScopes);
    },
    authorize(authorization, anyOf) {
      const claims = readToken(authorization, sign);
      if (claims === undefined || claims.expiresAtMs <= Date.now())
        throw new GoogleError(401, 'authError', 'Invalid Credentials', { 'www-authenticate': 'Bearer' });
      if (!claims.scopes.some((scope) => anyOf.includes(scope)))
        throw new GoogleError(
          403,
          'insufficientPermissions',
          'Request had insufficient authentication scopes.',
        );
      // A service account without a subject, or with one who is no admin, may do nothing in a directory.
      if (!isAdmin(claims.subject))
        throw new GoogleError(403, 'forbidden', 'Not Authorized to access this resource/api');
    },
  };
}

const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string().optional(),
  scope: z.string(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
});
const tokenSchema = z.strictObject({
  subject: z.string(),
  scopes: z.array(z.string()),
  expiresAtMs: z.number(),
});

function readToken(authorization: string | undefined, sign: (text: string) => string) {
  const match = /^Bearer ya29\.([\w-]+)\.([\w-]+)$/.exec(authorization ?? '');
  const [, body = '', mac = ''] = match ?? [];
  const expected = Buffer.from(sign(body));
  const given = Buffer.from(mac);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return tokenSchema.safeParse(jsonOf(body)).data;
}

function jsonOf(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString());
  } catch {
    // Not JSON: the schemas refuse it.
    return undefined;
  }
}
