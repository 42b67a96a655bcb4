import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { botScopes } from '../../../slack/src/manifest/app-features.ts';
import { checkOtherAgent, checkSlack, checkWebhooks } from './check-channels.ts';
import type { AskTokenOwner } from './diagnosis.ts';

const token = ['xoxb', 'not-one'].join('-');
const complete = { SLACK_SIGNING_SECRET: 's', SLACK_BOT_TOKEN: token, SLACK_CHANNEL_ID: 'C0123456' };

describe('the doctor on Slack and webhooks', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doctor-'));
    await writeFile(
      join(folder, 'linked.yaml'),
      'version: 1\nprincipals: [{id: carol, links: ["slack:T1/U1"]}]\n',
    );
    await writeFile(join(folder, 'strangers.yaml'), 'version: 1\nprincipals: [{id: carol}]\n');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const look = (env: Record<string, string>, people = 'linked.yaml', askSlack?: AskTokenOwner) =>
    checkSlack({
      env: { DIRECTORY_PATH: join(folder, people), ...env },
      dataDir: folder,
      isDeployed: false,
      connect: () => Promise.reject(new Error('not needed')),
      askSlack,
    });
  const agent = (env: Record<string, string>) =>
    checkOtherAgent({
      env,
      dataDir: folder,
      isDeployed: false,
      connect: () => Promise.reject(new Error('not needed')),
    });
  const webhooks = (env: Record<string, string>) =>
    checkWebhooks({
      env,
      dataDir: folder,
      isDeployed: false,
      connect: () => Promise.reject(new Error('not needed')),
    });

  it('finds a complete configuration in order', async () => {
    expect(await look(complete)).toEqual([
      { name: 'slack', state: 'ok', detail: '1 people are linked (not called)' },
    ]);
  });

  it('has nothing to say about a sign-in that is whole', async () => {
    const signIn = {
      SLACK_CLIENT_ID: '1.2',
      SLACK_CLIENT_SECRET: 's',
      APPROVAL_PAGE_PATH: '/slack/approvals',
    };
    expect(await look({ ...complete, ...signIn })).toMatchObject([{ state: 'ok' }]);
  });

  it('says where to begin when there is none', async () => {
    expect(await look({})).toMatchObject([{ state: 'note', remedy: expect.stringContaining('Slack app') }]);
  });

  it.each([
    ['the token', { SLACK_SIGNING_SECRET: 's' }, 'SLACK_BOT_TOKEN is not set'],
    ['the signing secret', { SLACK_BOT_TOKEN: token }, 'SLACK_SIGNING_SECRET is not set'],
    ['a token of another kind', { ...complete, SLACK_BOT_TOKEN: 'xapp-1' }, 'is no bot token'],
    ['half of the sign-in', { ...complete, SLACK_CLIENT_ID: '1.2' }, 'SLACK_CLIENT_SECRET is not set'],
    ['the other half', { ...complete, SLACK_CLIENT_SECRET: 's' }, 'SLACK_CLIENT_ID is not set'],
    [
      'the sign-in that links lead to',
      { ...complete, APPROVAL_PAGE_PATH: '/slack/approvals' },
      'nobody can sign in without SLACK_CLIENT_ID',
    ],
    [
      'a token that rotates, which the local stack can’t renew',
      { ...complete, SLACK_BOT_TOKEN: ['xoxe.xoxb', '1', 'not-one'].join('-') },
      'ends after 12 hours',
    ],
    ['a channel by name', { ...complete, SLACK_CHANNEL_ID: '#approvals' }, 'is no channel id'],
  ])('says what is missing or wrong: %s', async (_what, env, detail) => {
    expect(await look(env)).toMatchObject([
      { state: 'failing', detail: expect.stringContaining(detail), remedy: expect.any(String) },
    ]);
  });

  it('asks Slack about the token only where that was asked for', async () => {
    const online = (scopes: readonly string[]) =>
      look(complete, 'linked.yaml', async (asked) => {
        expect(asked).toBe(token);
        return { team_id: 'T1', scopes };
      });
    expect(await online(botScopes)).toEqual([
      { name: 'slack', state: 'ok', detail: '1 people are linked (Slack takes the token, of T1)' },
    ]);
    expect(await online(['commands'])).toMatchObject([
      { state: 'failing', detail: expect.stringContaining('scopes are missing: app_mentions:read') },
    ]);
  });

  it('says that what another agent does is not gated, and where it is asked', async () => {
    const AGENTCORE_GATEWAY_URL = 'https://agent.acme.example/x';
    expect(await agent({ ...complete, AGENTCORE_GATEWAY_URL, AWS_REGION: 'eu-central-1' })).toMatchObject([
      { state: 'note', detail: expect.stringMatching(/agent\.acme\.example, .*SigV4.*not gated here/) },
    ]);
    expect(
      await agent({ ...complete, AGENTCORE_GATEWAY_URL, MCP_AUTH_TOKEN_AGENTCORE: 'very-hidden' }),
    ).toMatchObject([
      { state: 'note', detail: expect.stringMatching(/MCP_AUTH_TOKEN_AGENTCORE;.*not gated/) },
    ]);
    expect(await agent({ AGENTCORE_GATEWAY_URL })).toMatchObject([
      { state: 'note', detail: expect.stringContaining('from Slack only, which is not set up') },
    ]);
    expect(await agent(complete)).toEqual([]);
  });

  it('finds out that nobody could approve', async () => {
    expect(await look(complete, 'strangers.yaml')).toMatchObject([
      { state: 'failing', detail: expect.stringContaining('nobody in the directory is linked') },
    ]);
  });

  it('refuses an ended Teams connector with the reason, and never shows an address', async () => {
    const address = 'https://example.webhook.office.com/webhookb2/very-hidden';
    const error = await webhooks({ TEAMS_WEBHOOK_URL: address }).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/Office 365 connector/);
    expect(String(error)).not.toContain('very-hidden');
  });

  it('notes that cards without a public address lead nowhere', async () => {
    const env = { SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0/B0/x' };
    expect(await webhooks(env)).toMatchObject([
      { state: 'note', detail: expect.stringContaining('PUBLIC_URL') },
    ]);
    expect(await webhooks({ ...env, PUBLIC_URL: 'https://api.example.com' })).toMatchObject([
      { state: 'ok' },
    ]);
    expect(await webhooks({})).toEqual([]);
  });
});
