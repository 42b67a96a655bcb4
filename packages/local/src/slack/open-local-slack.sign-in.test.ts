import { systemClock } from '@hitl/core';
import { createLogger } from '@hitl/lambda';
import { createMemoryItemStore, createMemorySessionStore } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { loadLocalEnv } from '../local-env.ts';
import { openLocalSlack } from './open-local-slack.ts';

const open = (env: Readonly<Record<string, string>>) =>
  openLocalSlack({
    env: loadLocalEnv(env),
    items: createMemoryItemStore(),
    sessions: createMemorySessionStore(),
    clock: systemClock,
    logger: createLogger({ write: () => undefined }),
  });
const app = { SLACK_SIGNING_SECRET: 's', SLACK_BOT_TOKEN: 't' };

describe('Slack at the local stack', () => {
  it('is not there where nothing is set, and complains of what is set by half', async () => {
    expect(await open({})).toBeUndefined();
    await expect(open({ SLACK_BOT_TOKEN: 't' })).rejects.toThrow('SLACK_SIGNING_SECRET');
    await expect(open({ SLACK_SIGNING_SECRET: 's' })).rejects.toThrow('SLACK_BOT_TOKEN');
    await expect(open({ ...app, SLACK_CLIENT_ID: '1.2' })).rejects.toThrow('SLACK_CLIENT_SECRET');
    await expect(open({ ...app, SLACK_CLIENT_SECRET: 's' })).rejects.toThrow('SLACK_CLIENT_ID');
  });

  it('lets people sign in where it knows the app’s client, and says what is missing where not', async () => {
    const look = async (env: Readonly<Record<string, string>>) => {
      const slack = await open({ ...app, ...env });
      const answer = await slack?.fetch(new Request('http://localhost/slack/login?approval=apr_1'));
      return [slack?.canSignIn, answer?.status];
    };
    expect(await look({})).toEqual([false, 404]);
    expect(await look({ SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 's' })).toEqual([true, 302]);
  });
});
