import { JWT, OAuth2Client } from 'google-auth-library';
import type { GoogleCredentials } from '../google-credentials.ts';

/** Users and their sessions, and reading which custom schemas exist; nothing else. */
export const directoryScopes = [
  'https://www.googleapis.com/auth/admin.directory.user',
  'https://www.googleapis.com/auth/admin.directory.userschema.readonly',
];

/** Hard-coded in Google's library, so another endpoint has to be put in at the transport. */
const googleTokenUrl = 'https://oauth2.googleapis.com/token';

/** Google's own auth client on the runtime's `fetch`. Its token requests know no cancellation, so they get a time limit here. */
export function createAuthClient(
  credentials: GoogleCredentials,
  options: {
    readonly tokenUrl?: string | undefined;
    readonly requestTimeoutMs: number;
    readonly fetch: typeof fetch;
  },
): OAuth2Client {
  const fetchImplementation: typeof fetch = (input, init) => {
    if (String(input) !== googleTokenUrl) return options.fetch(input, init);
    const signal = AbortSignal.timeout(options.requestTimeoutMs);
    return options.fetch(options.tokenUrl ?? googleTokenUrl, { ...init, signal });
  };
  const transporterOptions = { fetchImplementation };
  switch (credentials.kind) {
    case 'service_account':
      return new JWT({
        email: credentials.clientEmail,
        key: credentials.privateKey,
        subject: credentials.subject,
        scopes: directoryScopes,
        transporterOptions,
      });
    case 'oauth_refresh': {
      const client = new OAuth2Client({
        clientId: credentials.clientId,
        clientSecret: credentials.clientSecret,
        transporterOptions,
      });
      // Without a stored access token the library knows when its own expires, and does not repeat requests on every 403.
      client.setCredentials({ refresh_token: credentials.refreshToken });
      return client;
    }
    case 'oauth_access': {
      const client = new OAuth2Client({ transporterOptions });
      client.setCredentials({ access_token: credentials.accessToken });
      return client;
    }
  }
}
