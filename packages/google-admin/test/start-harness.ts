import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectInProcess, errorMetaKey } from '@hitl/mcp-server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
// The emulator is the peer under test's other side; only tests look up the rings.
import { startGoogleDirectoryEmulator } from '../../local/src/emulators/google-directory.ts';
import {
  createGoogleAdminServer,
  type GoogleAdminOptions,
  type GoogleCredentials,
  parseGoogleCredentials,
} from '../src/index.ts';

interface ToolData {
  readonly id: string;
  readonly primary_email: string;
  readonly first_name: string;
  readonly created: boolean;
  readonly changed: boolean;
  readonly users: readonly unknown[];
  readonly next_page_token?: string;
  readonly roles: readonly { readonly admin_role: string }[];
  readonly removed: readonly unknown[];
  readonly warnings: readonly string[];
  readonly summary: string;
  readonly changes: readonly unknown[];
  readonly state_digest: string;
}

export interface ToolAnswer {
  readonly error: { code: string; message: string; errors: { path: string }[] } | undefined;
  readonly text: string;
  /** Members of the results that tests look at one by one. */
  readonly data: ToolData;
}

let keys: string | undefined;

/** The emulated service, a server of this package on it, and the official MCP client in front. Waits take no time. */
export async function startHarness(options: Partial<GoogleAdminOptions> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'google-admin-'));
  // One key for all tests of a file: making one takes longer than a test.
  if (keys !== undefined) await writeFile(join(dataDir, 'credentials.json'), keys);
  const emulator = await startGoogleDirectoryEmulator({ dataDir });
  keys ??= await readFile(join(dataDir, 'credentials.json'), 'utf8');
  const waits: number[] = [];
  const delivered: { primary_email: string; password: string }[] = [];
  let now = Date.now();
  const serverOptions: GoogleAdminOptions = {
    credentials: serviceAccountOf(emulator),
    rootUrl: emulator.url,
    tokenUrl: emulator.tokenUrl,
    samlProviderName: 'Google',
    random: () => 0.5,
    clock: { now: () => now },
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
    passwordDelivery: {
      async deliver(secret) {
        delivered.push(secret);
        return {
          reference: `mailbox ${delivered.length}`,
          withdraw: async () => void delivered.splice(delivered.indexOf(secret), 1),
        };
      },
    },
    ...options,
  };
  const spec = createGoogleAdminServer(serverOptions);
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(connectInProcess(spec));
  await client.listTools();

  const call = async (name: string, args: Record<string, unknown> = {}): Promise<ToolAnswer> => {
    const result = await client.callTool({ name, arguments: args });
    const [content] = result.content as { text: string }[];
    return {
      error: result.isError === true ? (result._meta?.[errorMetaKey] as ToolAnswer['error']) : undefined,
      text: content?.text ?? '',
      data: result.structuredContent as unknown as ToolData,
    };
  };
  /** Values of the role field as the service has them now. */
  const storedRoles = async (userKey: string) => {
    const { data } = await call('list_aws_roles', { user_key: userKey });
    return data.roles.map((role) => role.admin_role);
  };
  return {
    emulator,
    spec,
    serverOptions,
    client,
    call,
    storedRoles,
    waits,
    delivered,
    sent: (method: string) => emulator.requests.filter((request) => request.method === method),
    async close() {
      await client.close();
      await emulator.close();
      await rm(dataDir, { recursive: true });
    },
  };
}
export type Harness = Awaited<ReturnType<typeof startHarness>>;

export function serviceAccountOf(
  emulator: Pick<Awaited<ReturnType<typeof startGoogleDirectoryEmulator>>, 'credentials' | 'adminSubject'>,
): GoogleCredentials {
  const credentials = parseGoogleCredentials({
    GOOGLE_SERVICE_ACCOUNT: JSON.stringify(emulator.credentials.serviceAccount),
    GOOGLE_ADMIN_SUBJECT: emulator.adminSubject,
  });
  if (credentials === undefined) throw new Error('credentials were given');
  return credentials;
}
