import type { RequestDeps } from '@hitl/application';
import { systemClock } from '@hitl/core';
import { createLogger } from '@hitl/lambda';
import {
  createMemoryAuditLog,
  createMemoryDirectory,
  createMemoryItemStore,
  createMemorySessionStore,
  createSequentialIds,
} from '@hitl/testing';
import { createSlackDriver, type SlackFront, startSlackFront } from '@hitl/testing/slack';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pieces, startAgentCorePeer } from '../../../aws/test/start-agent-core-peer.ts';
import { loadLocalEnv } from '../local-env.ts';
import { openLocalSlack } from './open-local-slack.ts';

const signingSecret = ['slack', 'signing', 'secret'].join('-');
const logger = createLogger({ level: 'error', write: () => {} });
const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const before = { ...process.env };
let front: SlackFront;
let agent: Awaited<ReturnType<typeof startAgentCorePeer>>;
beforeAll(async () => {
  front = await startSlackFront({
    workspaces: [{ team_id: 'T0ACME', users: ['alice'], channels: ['ops'] }],
    rateTiers: false,
  });
  Object.assign(process.env, credentials);
});
afterAll(async () => {
  for (const name of Object.keys(credentials)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await front?.close();
});
beforeEach(async () => {
  const told = ['data: {"text":"From "}\n\n', 'data: {"text":"elsewhere."}\n\n'];
  agent = await startAgentCorePeer(pieces('text/event-stream', ...told));
});
afterEach(() => agent?.close());

/** Slack as the local stack has it, with `alice` in the directory. */
async function openSlack(env: Record<string, string>) {
  const { users, channels } = front.workspace;
  const slack = await openLocalSlack({
    env: loadLocalEnv({
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_BOT_TOKEN: front.botToken,
      ...env,
    }),
    items: createMemoryItemStore(),
    sessions: createMemorySessionStore(),
    clock: systemClock,
    logger,
    peer: { apiUrl: front.apiUrl },
  });
  if (slack === undefined) throw new Error('Slack is set up');
  await slack.start(
    {
      log: createMemoryAuditLog(),
      clock: systemClock,
      ids: createSequentialIds(),
      logger,
      directory: createMemoryDirectory([
        { id: 'alice', kind: 'user', groups: [], links: [`slack:T0ACME/${users.alice}`] },
      ]),
    } as unknown as RequestDeps,
    { publish() {}, async *subscribe() {} },
  );
  const driver = createSlackDriver({ signingSecret, send: slack.fetch, clock: systemClock, front });
  return {
    /** What stands below a mention, once everything is done. */
    async ask(text: string): Promise<string> {
      const said = await driver.mention({ channel: channels.ops ?? '', user: users.alice ?? '', text });
      expect(said.responses.map(({ status }) => status)).toEqual([200, 200]);
      await slack.idle();
      return JSON.stringify((await front.messages(said.channel, said.thread_ts)).slice(1));
    },
    close: () => slack.close(),
  };
}

describe('Slack on the local stack, with another agent behind it', () => {
  it.each(['0', '1'])(
    'asks it with the token that is set for it, once, with SLACK_ASYNC=%s',
    async (asynchronous) => {
      const slack = await openSlack({
        AGENTCORE_GATEWAY_URL: agent.url,
        MCP_AUTH_TOKEN_AGENTCORE: 'the-token',
        SLACK_ASYNC: asynchronous,
      });
      expect(await slack.ask('say where you are')).toContain('From elsewhere.');
      expect(agent.calls).toHaveLength(1);
      expect(agent.calls[0]?.headers.authorization).toBe('Bearer the-token');
      expect(agent.calls[0]?.body).toMatchObject({
        prompt: 'say where you are',
        session_id: expect.stringMatching(/^ses_/),
      });
      await slack.close();
    },
  );

  it('signs with the AWS credentials of the environment where no token is set', async () => {
    const slack = await openSlack({ AGENTCORE_GATEWAY_URL: agent.url, AWS_REGION: 'eu-central-1' });
    expect(await slack.ask('say it again')).toContain('From elsewhere.');
    expect(agent.calls[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/eu-central-1\/bedrock-agentcore\/aws4_request/,
    );
    await slack.close();
  });

  it('does not start with an address that can’t be asked, and names the variable', async () => {
    const refused = async (env: Record<string, string>) =>
      openSlack(env).then(
        () => 'started',
        (error: unknown) => String(error),
      );
    expect(await refused({ AGENTCORE_GATEWAY_URL: agent.url })).toMatch(/AGENTCORE_GATEWAY_URL: .*region/);
    expect(await refused({ AGENTCORE_GATEWAY_URL: 'http://agent.acme.example' })).toMatch(
      /AGENTCORE_GATEWAY_URL: .*https/,
    );
    expect(await refused({ SLACK_ASYNC: 'perhaps' })).toMatch(/SLACK_ASYNC must be 1, true, 0 or false/);
  });
});
