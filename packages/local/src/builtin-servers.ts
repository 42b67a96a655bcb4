import { join } from 'node:path';
import {
  createFilePasswordDelivery,
  createGoogleAdminServer,
  type GoogleCredentialVariables,
  parseGoogleCredentials,
} from '@hitl/google-admin';
import { createJiraServer } from '@hitl/jira';
import type { McpServerSpec } from '@hitl/mcp-server';
import { startGoogleDirectoryEmulator } from './emulators/google-directory.ts';
import { startJiraEmulator } from './emulators/jira-cloud.ts';

type BuiltinEnv = GoogleCredentialVariables & {
  readonly AWS_SAML_PROVIDER_NAME?: string | undefined;
  readonly JIRA_BASE_URL?: string | undefined;
  readonly JIRA_EMAIL?: string | undefined;
  readonly JIRA_API_TOKEN?: string | undefined;
};

export interface BuiltinServers {
  readonly specs: { readonly google: McpServerSpec; readonly jira: McpServerSpec };
  /** What each talks to, in a few words for people. */
  readonly describe: { readonly google: string; readonly jira: string };
  close(): Promise<void>;
}

/**
 * The Google and Jira MCP servers: against the real services where credentials are set, else against emulated ones that keep
 * their data under `dataDir`.
 */
export async function createBuiltinServers(options: {
  readonly env: BuiltinEnv;
  readonly dataDir: string;
}): Promise<BuiltinServers> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => void (await Promise.all(closers.map((closer) => closer())));
  try {
    const google = await createGoogle(options.env, options.dataDir, closers);
    const jira = await createJira(options.env, options.dataDir, closers);
    return {
      specs: { google: google.spec, jira: jira.spec },
      describe: { google: google.description, jira: jira.description },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Built {
  readonly spec: McpServerSpec;
  readonly description: string;
}

async function createGoogle(
  env: BuiltinEnv,
  dataDir: string,
  closers: (() => Promise<void>)[],
): Promise<Built> {
  const shared = {
    passwordDelivery: createFilePasswordDelivery(join(dataDir, 'passwords')),
    samlProviderName: env.AWS_SAML_PROVIDER_NAME ?? 'google',
  };
  const credentials = parseGoogleCredentials(env);
  if (credentials !== undefined) {
    return { spec: createGoogleAdminServer({ ...shared, credentials }), description: 'Google Workspace' };
  }
  const emulator = await startGoogleDirectoryEmulator({ dataDir: join(dataDir, 'google') });
  closers.push(() => emulator.close());
  const emulated = parseGoogleCredentials({
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify(emulator.credentials.serviceAccount),
    GOOGLE_ADMIN_SUBJECT: emulator.adminSubject,
  });
  if (emulated === undefined) throw new Error('the emulated Google Directory has no credentials');
  return {
    spec: createGoogleAdminServer({
      ...shared,
      credentials: emulated,
      rootUrl: emulator.url,
      tokenUrl: emulator.tokenUrl,
    }),
    description: 'emulated Google Directory, since no Google credentials are set',
  };
}

async function createJira(
  env: BuiltinEnv,
  dataDir: string,
  closers: (() => Promise<void>)[],
): Promise<Built> {
  const { JIRA_BASE_URL: baseUrl, JIRA_EMAIL: email, JIRA_API_TOKEN: apiToken } = env;
  if (baseUrl !== undefined || email !== undefined || apiToken !== undefined) {
    // A setting that is missing is named by the server's own check.
    const spec = createJiraServer({ baseUrl: baseUrl ?? '', email: email ?? '', apiToken: apiToken ?? '' });
    return { spec, description: `Jira at ${baseUrl}` };
  }
  const emulator = await startJiraEmulator({ dataDir: join(dataDir, 'jira') });
  closers.push(() => emulator.close());
  return {
    spec: createJiraServer({ baseUrl: emulator.url, ...emulator.credentials }),
    description: 'emulated Jira site, since no Jira credentials are set',
  };
}
