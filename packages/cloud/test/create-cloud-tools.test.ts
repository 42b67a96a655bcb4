import { NotFoundError, type SecretSource } from '@hitl/core';
import { createHttpHandler } from '@hitl/mcp-server';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSampleSpec } from '../../mcp-server/test/sample-spec.ts';
import { createCloudTools } from '../src/index.ts';

const token = (alias: string) => `bearer-of-${alias}`;
const servers = { ours: 'https://api.example.com/ours/mcp', theirs: 'https://tools.example.org/mcp' };

afterEach(() => {
  for (const name of ['MCP_SERVERS', 'MCP_SHIPPED', 'MCP_TRUSTED', 'MCP_SECRETS_NAME'])
    delete process.env[name];
});

/** Both servers by web requests, each behind its own token; `sent` has what each was sent. */
function open(secrets: SecretSource) {
  process.env.MCP_SERVERS = Object.entries(servers)
    .map(([alias, url]) => `${alias}=${url}`)
    .join(';');
  process.env.MCP_SHIPPED = 'ours';
  process.env.MCP_SECRETS_NAME = 'agentcore-dev/mcp';
  const warnings: string[] = [];
  const sent: string[] = [];
  const handlers = new Map(
    Object.entries(servers).map(([alias, url]) => [
      url,
      createHttpHandler(createSampleSpec().spec, { authToken: token(alias) }),
    ]),
  );
  const source = createCloudTools({
    region: 'eu-central-1',
    secrets,
    pins: { isAccepted: async () => false },
    logger: { warn: (message) => void warnings.push(message) },
    fetch: async (url, init) => {
      const request = new Request(url as string, init);
      sent.push(`${request.url} ${request.headers.get('authorization') ?? 'nothing'}`);
      const handle = handlers.get(String(url));
      return handle === undefined ? new Response(null, { status: 404 }) : handle(request);
    },
  });
  return { source, sent, warnings };
}

const secretOf = (fields: object): SecretSource => ({ get: async () => JSON.stringify(fields) });

describe('the tools of a function', () => {
  it('of servers that are deployed with it are accepted as shipped, of others only by a person', async () => {
    const { source, sent } = open(
      secretOf({ auth_token: token('ours'), auth_token_theirs: token('theirs') }),
    );
    const { tools, quarantined, unavailable } = await source.list();
    expect(unavailable).toEqual([]);
    expect(new Set(tools.map(({ server }) => server))).toEqual(new Set(['ours']));
    expect(new Set(quarantined.map(({ server }) => server))).toEqual(new Set(['theirs']));
    expect(new Set(sent)).toEqual(
      new Set([`${servers.ours} Bearer ${token('ours')}`, `${servers.theirs} Bearer ${token('theirs')}`]),
    );
    await source.close();
  });

  it.each([
    ['there is no secret', undefined],
    ['the secret is empty of what is needed', '{}'],
    ['the secret is no JSON', `not JSON ${token('ours')}`],
  ])('are unavailable by name, and sent nothing, while %s', async (_what, text) => {
    const { source, sent, warnings } = open({
      get: async (name) => {
        if (text === undefined) throw new NotFoundError(`there is no secret "${name}"`);
        return text;
      },
    });
    const listing = await source.list();
    expect(listing.unavailable).toMatchObject([
      { server: 'ours', reason: expect.stringContaining('agentcore-dev/mcp') },
      { server: 'theirs' },
    ]);
    expect(sent).toEqual([]);
    expect(JSON.stringify([listing, warnings])).not.toContain(token('ours'));
    await source.close();
  });
});
