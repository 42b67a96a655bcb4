import { createSecretsManagerClient, createSecretsManagerSecretSource } from '@hitl/aws';
import { type SecretSource, type ToolPins, type ToolSource, UnavailableError } from '@hitl/core';
import { type Logger, loadEnv } from '@hitl/lambda';
import { createMcpToolSource, parseMcpServers } from '@hitl/mcp-client';
import { readSecretFields } from './secret-field.ts';

export interface CloudToolsOptions {
  readonly region: string;
  readonly pins: ToolPins;
  readonly logger: Pick<Logger, 'warn'>;
  /** Default: Secrets Manager. */
  readonly secrets?: SecretSource;
  readonly fetch?: typeof fetch;
}

/**
 * The tools of `MCP_SERVERS`, each server with the bearer token of the secret `MCP_SECRETS_NAME`: its member
 * `auth_token_<alias>`, or `auth_token` for all. The secret is read when a server is asked, so a secret that is still empty
 * makes that server unavailable, by name, and nothing else.
 */
export function createCloudTools(options: CloudToolsOptions): ToolSource {
  const { region, pins, logger } = options;
  const env = loadEnv({ optional: ['MCP_SERVERS', 'MCP_TRUSTED', 'MCP_SHIPPED', 'MCP_SECRETS_NAME'] });
  const shipped = aliasesOf(env.MCP_SHIPPED);
  const servers = parseMcpServers(env.MCP_SERVERS, {
    trusted: new Set([...aliasesOf(env.MCP_TRUSTED), ...shipped]),
  });
  const aliasByUrl = new Map(
    servers.flatMap((server): [string, string][] =>
      server.kind === 'http' ? [[server.url, server.alias]] : [],
    ),
  );
  const send = options.fetch ?? fetch;
  const name = env.MCP_SECRETS_NAME;
  const secrets =
    name === undefined
      ? undefined
      : (options.secrets ??
        createSecretsManagerSecretSource({ client: createSecretsManagerClient({ region }) }));

  async function tokenFor(alias: string): Promise<string | undefined> {
    if (secrets === undefined || name === undefined) return undefined;
    const fields = await readSecretFields(secrets, name);
    const token = fields[`auth_token_${alias}`] ?? fields.auth_token;
    if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
    throw new UnavailableError(
      `the secret ${name} has no usable "auth_token" yet: store one, then try again`,
    );
  }

  return createMcpToolSource({
    servers,
    pins: {
      isAccepted: async (tool, digest) =>
        shipped.has(tool.slice(0, tool.indexOf('/'))) || pins.isAccepted(tool, digest),
    },
    onWarning: (message) => logger.warn(message),
    fetch: async (url, init) => {
      // Only to the very address that is configured: a redirect elsewhere gets no token.
      const alias = aliasByUrl.get(String(url));
      const token = alias === undefined ? undefined : await tokenFor(alias);
      const headers = new Headers(init?.headers);
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      return send(url, { ...init, headers });
    },
  });
}

function aliasesOf(list: string | undefined): ReadonlySet<string> {
  return new Set(
    (list ?? '')
      .split(',')
      .map((alias) => alias.trim())
      .filter(Boolean),
  );
}
