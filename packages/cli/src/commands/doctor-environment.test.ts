import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createTables, pushDirectory, readDirectory, tableRoles } from '@hitl/aws';
import { type DirectoryDocument, directoryDocumentSchema } from '@hitl/core';
import { askTokenOwner } from '@hitl/slack';
import { type SlackFront, startSlackFront } from '@hitl/testing/slack';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningDynalite, startDynalite } from '../../../aws/test/start-dynalite.ts';
import { named, startAwsFront } from '../../../cloud/test/aws-front.ts';
import { botScopes } from '../../../slack/src/manifest/app-features.ts';
import { hearCommandLine } from '../../test/hear-command-line.ts';
import { diagnoseEnvironment } from '../doctor/environment/diagnose-environment.ts';
import { createEnvironmentFacts } from '../doctor/environment/environment-facts.ts';

const variables = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'] as const;
const before = { ...process.env };
const hex = () => randomBytes(16).toString('hex');
/** Put together here so that nothing in the source looks like a real one. */
const slackToken = (kind = 'xoxb') => [kind, '1', hex()].join('-');
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const people = (...principals: unknown[]) => directoryDocumentSchema.parse({ version: 1, principals });
const carol = { id: 'carol', groups: ['security', 'it-operations', 'leads'], links: ['slack:T0ACME/U1'] };

interface Finding {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly remedy?: string;
}
type Secrets = Record<string, unknown>;
let dynalite: RunningDynalite;
let slack: SlackFront;
let aws: Awaited<ReturnType<typeof startAwsFront>>;
let secrets: Secrets;
let worker: Record<string, unknown> | undefined;
/** Calls that are answered with an error of this name. */
let refused: Record<string, string>;
/** What DynamoDB answers instead of what it holds. */
let item: object | undefined;
const refuse = (call: string) => {
  const name = refused[call] ?? refused['*'];
  if (name !== undefined) throw named(name, 'words of the service');
};

beforeAll(async () => {
  [dynalite, slack] = await Promise.all([startDynalite(), startSlackFront()]);
  aws = await startAwsFront({
    dynamoUrl: dynalite.endpoint,
    calls: {
      'secretsmanager.GetSecretValue'({ SecretId }) {
        refuse(`GetSecretValue ${SecretId}`);
        const value = secrets[String(SecretId)];
        if (value === undefined) throw named('ResourceNotFoundException');
        return { Name: SecretId, SecretString: typeof value === 'string' ? value : JSON.stringify(value) };
      },
      'dynamodb_20120810.GetItem'() {
        refuse('GetItem');
        return item;
      },
      /** Two a page. */
      'secretsmanager.ListSecrets'({ Filters, NextToken }) {
        refuse('ListSecrets');
        const [{ Values: [prefix = ''] = [] } = {}] = Filters as { Values?: string[] }[];
        const names = Object.keys(secrets).filter((name) => name.startsWith(prefix));
        const from = Number(NextToken ?? 0);
        return {
          SecretList: names.slice(from, from + 2).map((Name) => ({ Name })),
          ...(from + 2 < names.length ? { NextToken: String(from + 2) } : {}),
        };
      },
    },
    configure(name, qualifier) {
      refuse('GetFunctionConfiguration');
      if (worker === undefined || name !== 'dev_slack_worker' || qualifier !== 'live')
        throw named('ResourceNotFoundException');
      return { FunctionName: name, Environment: worker };
    },
  });
  const values = [aws.url, 'local', 'local', 'eu-central-1'];
  variables.forEach((name, at) => {
    process.env[name] = values[at];
  });
  const client = dynalite.connect();
  const names = Object.fromEntries(tableRoles.map((role) => [role, `dev-${role}`]));
  await createTables(client, names as Parameters<typeof createTables>[1]);
  client.destroy();
});
afterAll(async () => {
  for (const name of variables) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await Promise.all([dynalite?.close(), aws?.close(), slack?.close()]);
});
beforeEach(async () => {
  refused = {};
  item = undefined;
  worker = { Variables: { SLACK_CHANNEL_ID: 'C0123456', PUBLIC_URL: 'https://api.acme.example' } };
  secrets = {
    'agentcore-dev/slack': { client_id: '123.456', client_secret: hex(), signing_secret: hex() },
    'agentcore-dev/slack/T0ACME': installation(),
    'agentcore-dev/mcp': { auth_token: hex() },
    'agentcore-dev/google': {
      service_account: {
        type: 'service_account',
        client_email: 'sa@project.iam.gserviceaccount.com',
        private_key: privateKey,
      },
      admin_subject: 'admin@example.com',
    },
    'agentcore-dev/jira': {
      base_url: 'https://acme.atlassian.net',
      email: 'a@example.com',
      api_token: hex(),
    },
    'agentcore-dev/notifications': {
      teams_webhook_url: `https://x.environment.api.powerplatform.com/workflows/1?sig=${hex()}`,
      slack_webhook_url: ['https://hooks.slack.com/services', 'T0ACME', 'B1', hex()].join('/'),
    },
  };
  await push(people(carol));
});

function installation(changes: Record<string, unknown> = {}) {
  return {
    team_id: 'T0ACME',
    bot_token: slackToken('xoxe.xoxb'),
    refresh_token: slackToken('xoxe'),
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    scopes: botScopes,
    installed_at: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}
async function push(document: DirectoryDocument): Promise<void> {
  const client = dynalite.connect();
  const place = { client, tableName: 'dev-directory' };
  await pushDirectory(place, document, await readDirectory(place));
  client.destroy();
}
const edit = (name: string, changes: object) => {
  secrets[`agentcore-dev/${name}`] = { ...(secrets[`agentcore-dev/${name}`] as object), ...changes };
};
const drop = (name: string) => delete secrets[`agentcore-dev/${name}`];

/** Whatever is said, none of this may be in it. */
const telling = /token|secret|private_key|webhook_url/;
function secretTexts(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return telling.test(key) && value.length > 5 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => secretTexts(each, name));
}
function expectNoSecretIn(said: string): void {
  for (const [name, value] of Object.entries(secrets))
    for (const text of secretTexts(value, `${name} secret`)) {
      expect(said).not.toContain(text);
      expect(said).not.toContain(text.slice(-16));
    }
}

async function hitl(...argv: string[]) {
  const heard = await hearCommandLine(['doctor', '--environment', 'dev', ...argv]);
  expectNoSecretIn(heard.stdout + heard.stderr);
  return heard;
}
async function findings(...argv: string[]): Promise<{ code: number; items: readonly Finding[] }> {
  const { code, stdout } = await hitl('--json', ...argv);
  return { code, items: (JSON.parse(stdout) as { findings: Finding[] }).findings };
}
const bad = (items: readonly Finding[]) => items.filter(({ state }) => state !== 'ok');

describe('the doctor of a deployed environment', () => {
  it('says what is in order, one line each', async () => {
    const { code, stdout, stderr } = await hitl();
    expect(stdout.trimEnd().split('\n')).toEqual([
      "✓ mcp: agentcore-dev/mcp has the servers' token",
      '✓ google: agentcore-dev/google is complete (not called)',
      '✓ jira: agentcore-dev/jira is complete (not called)',
      expect.stringMatching(/^✓ people: 1 in dev-directory, version \d+; 1 are linked to an installed Slack/),
      expect.stringMatching(/^✓ approvers: everybody whom the default policy asks is there: group:/),
      '✓ slack app: agentcore-dev/slack has client_id, client_secret, signing_secret',
      '✓ slack T0ACME: installed (Slack was not asked: --online)',
      '✓ slack worker: approvals are shown in C0123456',
      '✓ notifications: teams, slack-webhook (not called)',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse((await hitl('--json')).stdout)).toMatchObject({
      ok: true,
      environment: 'dev',
      region: 'eu-central-1',
    });
  });

  const faults: readonly (readonly [string, () => unknown, string, RegExp, RegExp?])[] = [
    [
      'a signing secret',
      () => edit('slack', { signing_secret: '' }),
      'slack app',
      /signing_secret is missing/,
    ],
    [
      'a client secret of another form',
      () => edit('slack', { client_secret: `x${hex()}` }),
      'slack app',
      /client_secret is wrong: .*hex/,
    ],
    [
      'a client id of another form',
      () => edit('slack', { client_id: 'A1' }),
      'slack app',
      /client_id is wrong/,
    ],
    [
      'what is no JSON',
      () => (secrets['agentcore-dev/slack'] = `{"signing_secret": ${hex()}`),
      'slack app',
      /must be JSON/,
    ],
    [
      'an app that is installed nowhere',
      () => drop('slack/T0ACME'),
      'slack installations',
      /installed nowhere/,
      /https:\/\/api\.acme\.example\/slack\/install/,
    ],
    [
      'scopes that the manifest has come to ask for',
      () => (secrets['agentcore-dev/slack/T0ACME'] = installation({ scopes: ['commands', 'chat:write'] })),
      'slack T0ACME',
      /scopes are missing: app_mentions:read/,
      /manifest/,
    ],
    [
      'what to renew a token with',
      () => edit('slack', { client_id: undefined, client_secret: undefined, bot_token: slackToken() }),
      'slack T0ACME',
      /can't be renewed/,
    ],
    [
      'an installation that is none',
      () => (secrets['agentcore-dev/slack/T0ACME'] = { bot_token: slackToken() }),
      'slack T0ACME',
      /not as expected \(scopes, installed_at\)/,
    ],
    [
      'a rotating token that was copied',
      () => edit('slack', { bot_token: slackToken('xoxe.xoxb') }),
      'slack token',
      /rotating token .* ends after 12 hours/,
      /slack\/install/,
    ],
    [
      'a token of another kind',
      () => edit('slack', { bot_token: slackToken('xapp') }),
      'slack token',
      /no bot token/,
    ],
    ['the token of the servers', () => drop('mcp'), 'mcp', /auth_token is missing/, /step 1/],
    [
      'the token in its member',
      () => edit('mcp', { auth_token: undefined }),
      'mcp',
      /auth_token must be set/,
    ],
    ['a token that is long enough', () => edit('mcp', { auth_token: 'too-short' }), 'mcp', /at least 16/],
    [
      "Google's administrator",
      () => edit('google', { admin_subject: undefined }),
      'google',
      /agentcore-dev\/google: admin_subject must be the e-mail/,
    ],
    [
      'a member by its name',
      () => edit('google', { adminSubject: 'x' }),
      'google',
      /adminSubject is not a member/,
    ],
    [
      "Google's key",
      () => edit('google', { service_account: { private_key: hex() } }),
      'google',
      /service_account\./,
    ],
    ["Jira's token", () => edit('jira', { api_token: undefined }), 'jira', /api_token must be set/],
    ["Jira's address", () => edit('jira', { base_url: 'http://acme.example' }), 'jira', /base_url/],
    [
      'an old Teams connector',
      () =>
        edit('notifications', { teams_webhook_url: `https://acme.webhook.office.com/webhookb2/${hex()}` }),
      'notifications',
      /Office 365 connector, which Microsoft has ended/,
    ],
    [
      'a channel that does not exist',
      () => edit('notifications', { teams_webhook: 'x' }),
      'notifications',
      /teams_webhook"/,
    ],
    [
      'a channel by its id',
      () => (worker = { Variables: { SLACK_CHANNEL_ID: '#approvals' } }),
      'slack worker',
      /is no channel id/,
    ],
    [
      'the worker itself',
      () => (worker = undefined),
      'slack worker',
      /no function dev_slack_worker in eu-central-1/,
      /deploy/,
    ],
    [
      'people with an account that is reached',
      () => push(people({ ...carol, links: ['slack:T9OTHER/U1'] })),
      'people',
      /0 are linked/,
      /slack:TEAM\/USER/,
    ],
    [
      'approvers',
      () => push(people({ ...carol, groups: ['it-operations'] })),
      'approvers',
      /group:security is nobody: what [\w-]+ gates can't be approved/,
    ],
  ];
  it.each(faults.map(([what, spoil, name, detail, remedy]) => ({ what, spoil, name, detail, remedy })))(
    'names what is missing or wrong and what to do: $what',
    async ({ spoil, name, detail, remedy }) => {
      await spoil();
      const { code, items } = await findings();
      expect(code).toBe(1);
      const found = items.find((item) => item.name === name && item.state === 'failing');
      expect(found?.detail).toMatch(detail);
      if (remedy !== undefined) expect(found?.remedy).toMatch(remedy);
      expect(items.filter(({ name: other }) => other !== name).length).toBeGreaterThan(5);
    },
  );

  it.each<[string, () => unknown, string, RegExp]>([
    [
      'Slack is not used',
      () => {
        drop('slack');
        drop('slack/T0ACME');
      },
      'slack app',
      /is not set up/,
    ],
    ['only one of Google and Jira is used', () => drop('jira'), 'jira', /not set up/],
    [
      'no approvers’ channel is set',
      () => (worker = { Variables: {} }),
      'slack worker',
      /only in the thread/,
    ],
    [
      'an approver can’t approve in Slack',
      () =>
        push(
          people(
            carol,
            { id: 'eve', groups: [], links: ['slack:T0ACME/U2'] },
            { id: 'x', links: ['slack:T8/U1'] },
          ),
        ),
      'people',
      /1 are linked only to workspaces that the app is not installed in/,
    ],
    [
      'a group has nobody in Slack',
      () => push(people({ id: 'carol', groups: carol.groups }, { id: 'dan', links: carol.links })),
      'approvers',
      /nobody of group:\S+ is linked/,
    ],
    [
      'another agent answers',
      () => {
        worker = {
          Variables: {
            SLACK_CHANNEL_ID: 'C0123456',
            AGENTCORE_GATEWAY_URL: 'https://agent.acme.example/x?k=v',
          },
        };
      },
      'other agent',
      /come from agent\.acme\.example, asked with SigV4, .* not gated here$/,
    ],
    [
      'another agent answers to a token',
      () => {
        worker = {
          Variables: { SLACK_CHANNEL_ID: 'C0123456', AGENTCORE_GATEWAY_URL: 'https://agent.acme.example/x' },
        };
        edit('mcp', { auth_token_agentcore: hex() });
      },
      'other agent',
      /asked with auth_token_agentcore of agentcore-dev\/mcp; .* not gated here$/,
    ],
  ])('notes, without failing, that %s', async (_what, change, name, detail) => {
    await change();
    const { code, items } = await findings();
    expect(bad(items).map((item) => [item.name, item.state])).toContainEqual([name, 'note']);
    expect(bad(items).find((item) => item.name === name)?.detail).toMatch(detail);
    expect(code).toBe(0);
  });

  it('takes a token that was put there by hand, and an app without webhooks', async () => {
    drop('slack/T0ACME');
    drop('notifications');
    secrets['agentcore-dev/slack'] = { signing_secret: hex(), bot_token: slackToken() };
    const { code, items } = await findings();
    expect([code, bad(items)]).toEqual([0, []]);
    expect(items.map(({ detail }) => detail)).toContain(
      'bot_token of agentcore-dev/slack, put there by hand (Slack was not asked: --online)',
    );
  });

  it('fails when neither of the tool servers is set up', async () => {
    drop('google');
    drop('jira');
    const { code, items } = await findings();
    expect(code).toBe(1);
    expect(bad(items).map(({ name, state }) => [name, state])).toEqual([
      ['google', 'failing'],
      ['jira', 'failing'],
    ]);
  });

  it('looks at every installation, page by page', async () => {
    for (const id of ['T1', 'T2', 'T3', 'T4'])
      secrets[`agentcore-dev/slack/${id}`] = installation({ team_id: id });
    const { items } = await findings();
    expect(items.filter(({ name }) => /^slack T/.test(name)).map(({ name }) => name)).toEqual([
      'slack T0ACME',
      'slack T1',
      'slack T2',
      'slack T3',
      'slack T4',
    ]);
  });

  it.each([
    [
      'GetSecretValue agentcore-dev/slack',
      'slack app',
      'secretsmanager:GetSecretValue on agentcore-dev/slack',
    ],
    ['GetSecretValue agentcore-dev/slack/T0ACME', 'slack T0ACME', 'agentcore-dev/slack/T0ACME'],
    ['GetSecretValue agentcore-dev/mcp', 'mcp', 'secretsmanager:GetSecretValue on agentcore-dev/mcp'],
    ['GetSecretValue agentcore-dev/google', 'google', 'agentcore-dev/google'],
    ['GetSecretValue agentcore-dev/jira', 'jira', 'agentcore-dev/jira'],
    ['GetSecretValue agentcore-dev/notifications', 'notifications', 'agentcore-dev/notifications'],
    ['ListSecrets', 'slack installations', 'secretsmanager:ListSecrets'],
    ['GetItem', 'people', 'dynamodb:GetItem on dev-directory'],
    ['GetFunctionConfiguration', 'slack worker', 'lambda:GetFunctionConfiguration on dev_slack_worker'],
  ])('goes on without the right to %s, and says which one it takes', async (call, name, right) => {
    refused = { [call]: 'AccessDeniedException' };
    const { code, items } = await findings();
    expect(code).toBe(1);
    expect(bad(items)).toEqual([
      {
        name,
        state: 'failing',
        detail: 'could not be looked at: these AWS credentials have no right to it',
        remedy: expect.stringContaining(right),
      },
    ]);
    expect(items.length).toBeGreaterThan(6);
  });

  it('says that the worker’s variables can’t be decrypted', async () => {
    worker = { Error: { ErrorCode: 'AccessDeniedException', Message: 'words of the service' } };
    const [finding, ...others] = bad((await findings()).items);
    expect([finding?.name, finding?.remedy, others]).toEqual([
      'slack worker',
      expect.stringContaining('kms:Decrypt'),
      [],
    ]);
  });

  it('says whether there is a directory, and one that can be used', async () => {
    item = {};
    expect(bad((await findings()).items)).toMatchObject([
      {
        name: 'people',
        state: 'failing',
        detail: 'dev-directory holds no directory: nobody can ask or approve',
      },
    ]);
    item = { Item: { pk: { S: 'directory' }, version: { N: '3' }, document: { S: '{"version":7}' } } };
    expect(bad((await findings()).items)).toMatchObject([
      { name: 'people', state: 'failing', detail: expect.stringContaining('the directory') },
    ]);
  });

  it('says of an environment that is not there that nothing of it is', async () => {
    const { code, items } = await findings('--environment', 'bare');
    expect(code).toBe(1);
    expect(bad(items).map(({ name, detail }) => [name, detail])).toEqual([
      ['mcp', 'auth_token is missing: agentcore-bare/mcp has no value'],
      ['google', 'is not set up: agentcore-bare/google has no value'],
      ['jira', 'is not set up: agentcore-bare/jira has no value'],
      ['people', 'there is no table bare-directory in eu-central-1: is the environment deployed there?'],
      ['slack app', 'is not set up: agentcore-bare/slack has no value'],
      ['slack worker', 'there is no function bare_slack_worker in eu-central-1'],
    ]);
  });

  it('stops at once where AWS does not take the credentials', async () => {
    refused = { '*': 'ExpiredTokenException' };
    const { code, stderr, stdout } = await hitl();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'hitl-mcp: AWS does not take these credentials (ExpiredTokenException): sign in again\n',
    );
  });

  it('is told which of its options belong together', async () => {
    expect((await hitl('--api', 'https://api.acme.example')).stderr).toContain('--api');
    const file = await hitl('--policy', '/no/such.yaml', '--json');
    expect(file.stdout).toContain('there is no such file');
  });

  describe('with --online', () => {
    /** As the command does it, with a Slack on loopback. */
    async function online(): Promise<readonly Finding[]> {
      const { createEnvironmentReader } = await import('@hitl/aws');
      const reader = createEnvironmentReader({ region: 'eu-central-1' });
      const facts = createEnvironmentFacts({
        environment: 'dev',
        region: 'eu-central-1',
        reader,
        askSlack: (token) => askTokenOwner(token, { apiUrl: slack.apiUrl }),
      });
      const found = await diagnoseEnvironment(facts);
      reader.close();
      expectNoSecretIn(JSON.stringify(found));
      return found;
    }
    const install = (issued: { token: string }, changes = {}) => {
      secrets['agentcore-dev/slack/T0ACME'] = installation({ bot_token: issued.token, ...changes });
    };

    it('asks Slack whose the tokens are', async () => {
      install(slack.issueToken({ scopes: [...botScopes] }, true));
      edit('slack', { bot_token: slack.issueToken({ scopes: [...botScopes] }).token });
      const found = await online();
      expect(bad(found)).toEqual([]);
      expect(found).toContainEqual({
        name: 'slack token',
        state: 'ok',
        detail: 'bot_token of agentcore-dev/slack, of T0ACME',
      });
      expect(found).toContainEqual({
        name: 'slack T0ACME',
        state: 'ok',
        detail: 'installed, and Slack takes its token',
      });
    });

    it('learns from Slack which workspace a token that was put there by hand reaches', async () => {
      drop('slack/T0ACME');
      edit('slack', { bot_token: slack.issueToken({ scopes: [...botScopes] }).token });
      await push(people(carol, { id: 'eve', links: ['slack:T9OTHER/U1'] }));
      expect((await online()).filter(({ name }) => name === 'people')).toMatchObject([
        { state: 'ok', detail: expect.stringContaining('1 are linked') },
        { state: 'note', detail: expect.stringContaining('1 are linked only to workspaces') },
      ]);
    });

    it('says what Slack does not take, and which scopes Slack knows nothing of', async () => {
      const revoked = slack.issueToken();
      slack.revokeToken(revoked.token);
      install(revoked);
      edit('slack', { bot_token: slack.issueToken({ scopes: ['commands'] }).token });
      expect(bad(await online())).toMatchObject(
        [
          { name: 'slack token', state: 'failing', detail: /scopes are missing: app_mentions:read/ },
          { name: 'slack T0ACME', state: 'failing', detail: 'Slack refused auth.test: token_revoked' },
        ].map((each) => ({ ...each, detail: expect.stringMatching(each.detail) })),
      );
    });

    it('does not ask about a token whose time is over, and notes a Slack that gives no answer', async () => {
      install(slack.issueToken(), { expires_at: '2026-01-01T00:00:00.000Z' });
      expect((await online()).find(({ name }) => name === 'slack T0ACME')?.detail).toMatch(
        /is renewed when it is used/,
      );
      install(slack.issueToken());
      slack.failNext('auth.test', { kind: 'http', status: 503 });
      expect(bad(await online())).toMatchObject([{ name: 'slack T0ACME', state: 'failing' }]);
    });
  });
});
