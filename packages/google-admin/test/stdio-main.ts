import { serveStdio } from '@hitl/mcp-server';
import { createFilePasswordDelivery, createGoogleAdminServer, parseGoogleCredentials } from '../src/index.ts';

// The settings come as one argument: the emulator's addresses, the credential variables, where passwords go.
const settings = JSON.parse(process.argv[2] ?? '{}');
const credentials = parseGoogleCredentials(settings.variables);
if (credentials === undefined) throw new Error('credentials are required');
const { closed } = await serveStdio(
  createGoogleAdminServer({
    credentials,
    rootUrl: settings.rootUrl,
    tokenUrl: settings.tokenUrl,
    samlProviderName: 'Google',
    passwordDelivery: createFilePasswordDelivery(settings.passwordDirectory),
  }),
);
await closed;
