import { systemClock } from '@hitl/core';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { actionIds } from '../../packages/slack/src/approval-controls.ts';
import { createBrowser } from '../../packages/testing/src/index.ts';
import {
  createSlackDriver,
  type SlackDriver,
  type SlackMessage,
} from '../../packages/testing/src/slack/index.ts';
import { callApi } from './call-api.ts';
import { collectPassword } from './collect-password.ts';
import type { Deployed } from './deployed.ts';
import type { Engineer } from './engineer.ts';
import type { World } from './open-world.ts';
import type { createSteps } from './steps.ts';
import { until } from './until.ts';

export const slackSigningSecret = ['slack', 'signs', 'with', 'this'].join('-');

/** The link that the directory knows a person's Slack account by. */
export function slackLink({ slack }: World, person: string): string {
  return `slack:${slack.workspace.team_id}/${slack.workspace.users[person]}`;
}

async function askApi(world: World, request: Request): Promise<Response> {
  const { status, headers, body } = await callApi(world, request.url, {
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  });
  const kept = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    [value ?? []].flat().map((each) => [name, each]),
  );
  return new Response(body === '' ? null : body, { status, headers: kept });
}

export interface SlackStory {
  readonly world: World;
  readonly dev: Deployed;
  readonly administrator: Engineer;
  /** May read the record. */
  readonly viewer: Engineer;
  usersCreated(): readonly object[];
}

const recordSchema = z.object({
  items: z.array(z.looseObject({ type: z.string(), data: z.record(z.string(), z.unknown()) })),
});
const secretsSchema = z.object({ SecretList: z.array(z.object({ Name: z.string() })) });

/** People in Slack, the way from the installation to the uninstallation; ada may decide, bob may not. */
export function describeSlackSteps(step: ReturnType<typeof createSteps>, tell: () => SlackStory): void {
  const action = {
    text: 'Create a new user with email fourth@example.com, first name Fourth, and last name User',
  };
  let driver: SlackDriver;
  let thread: { readonly channel: string; readonly thread_ts: string };
  let approval: { readonly approval_id: string; readonly run_id: string };

  const account = (person: string): string => tell().world.slack.workspace.users[person] ?? '';
  const answers = async (): Promise<readonly SlackMessage[]> =>
    (await tell().world.slack.messages(thread.channel, thread.thread_ts)).slice(1);
  const card = async (): Promise<SlackMessage | undefined> =>
    (await answers()).find(({ blocks }) => JSON.stringify(blocks ?? []).includes(approval.approval_id));
  const click = async (person: string): Promise<number> => {
    const { channel, thread_ts } = thread;
    const shown = await card();
    const how = { user: account(person), channel, thread_ts, message_ts: shown?.ts ?? '' };
    return (await driver.click({ ...how, action_id: actionIds.approve })).status;
  };
  const installations = async (): Promise<string[]> => {
    const { SecretList } = secretsSchema.parse(
      await tell().administrator.aws('secretsmanager', 'list-secrets'),
    );
    return SecretList.map(({ Name }) => Name).filter((name) => name.startsWith('agentcore-dev/slack/'));
  };

  step('is installed in a Slack workspace by somebody with a browser', async () => {
    const { world, dev } = tell();
    const url = dev.named('api_url');
    driver = createSlackDriver({
      signingSecret: slackSigningSecret,
      clock: systemClock,
      front: world.slack,
      baseUrl: url,
      send: (request) => askApi(world, request),
    });
    const start = await callApi(world, `${url}/slack/install`);
    const consent = new URL(start.headers.location ?? '');
    expect([start.status, consent.origin]).toEqual([302, 'https://slack.com']);
    const granted = await fetch(new URL(`${consent.pathname}${consent.search}`, world.slack.url), {
      redirect: 'manual',
    });
    const cookie = (start.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ');
    const back = granted.headers.get('location') ?? '';
    expect(back).toContain(`${url}/oauth/callback?`);
    expect((await callApi(world, back)).status).toBe(400);
    expect(await callApi(world, back, { headers: { cookie } })).toMatchObject({
      status: 200,
      body: expect.stringContaining('The app is installed in'),
    });
    expect(await installations()).toEqual([`agentcore-dev/slack/${world.slack.workspace.team_id}`]);
  });

  step('takes nothing that Slack did not sign', async () => {
    const response = await driver.urlVerification('abc', { signature: 'forged' });
    expect(response.status).toBe(401);
    expect(await (await driver.urlVerification('abc')).json()).toEqual({ challenge: 'abc' });
  });

  step('answers a mention in its thread and shows there what waits for people', async () => {
    const { world, dev, viewer } = tell();
    const channel = world.slack.workspace.channels.ops ?? '';
    const said = await driver.mention({ channel, user: account('bob'), text: action.text });
    expect(said.responses.map(({ status }) => status)).toEqual([200, 200]);
    thread = said;
    const pending = await dev.pendingApproval(viewer, action.text);
    approval = pending;
    const shown = await until('the card in the thread', card);
    expect(JSON.stringify(shown.blocks)).toContain('fourth@example.com');
    expect(JSON.stringify(shown.blocks)).toContain(actionIds.approve);
    const answer = (await answers()).find(({ stream }) => stream !== undefined);
    expect(answer?.stream?.state).not.toBe('streaming');
    expect(tell().usersCreated()).toHaveLength(1);
  });

  step('refuses the click of who asked for it, and tells only them', async () => {
    const { world, usersCreated } = tell();
    expect(await click('bob')).toBe(200);
    const [refusal] = await until('the refusal', async () => {
      const told = world.slack.ephemerals().filter(({ user }) => user === account('bob'));
      return told.length > 0 ? told : undefined;
    });
    expect(JSON.stringify(refusal)).toContain('Nothing was changed');
    expect(usersCreated()).toHaveLength(1);
  });

  step(
    'creates the user exactly once after a signed click, ends the answer and says on the card who decided',
    async () => {
      const { world, dev, administrator, viewer, usersCreated } = tell();
      // A client that is pressed twice sends twice.
      expect(await Promise.all([click('ada'), click('ada')])).toEqual([200, 200]);
      await until('the new user', async () => (usersCreated().length > 1 ? true : undefined));
      await until('the decided card', async () => {
        const blocks = JSON.stringify((await card())?.blocks);
        return /Approved.*ada@example\.com/.test(blocks) && !blocks.includes(actionIds.approve)
          ? true
          : undefined;
      });
      await until('the end of the answer', async () => {
        const messages = await answers();
        const isOpen = messages.some(({ stream }) => stream?.state === 'streaming');
        return !isOpen && /Done/.test(JSON.stringify(messages)) ? true : undefined;
      });
      expect(usersCreated()).toMatchObject([{}, { body: { primaryEmail: 'fourth@example.com' } }]);
      await collectPassword(administrator, 'fourth@example.com');

      const { status, stdout, output } = await viewer.hitl(
        ...[...dev.api, 'audit', 'list', '--run', approval.run_id],
      );
      expect([status, output]).toEqual([0, expect.anything()]);
      const votes = recordSchema.parse(JSON.parse(stdout)).items.filter(({ type }) => type === 'vote-cast');
      expect(votes).toMatchObject([
        {
          data: {
            vote: {
              principal_id: 'ada@example.com',
              channel: 'slack',
              assurance: 'linked',
              rendered_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
            },
          },
        },
      ]);
      expect(world.slack.violations()).toEqual([]);
    },
  );

  step('shows the request on its page to who signs in with Slack, and to nobody else', async () => {
    const { world, dev } = tell();
    const url = dev.named('api_url');
    const page = `${url}/slack/approvals/${approval.approval_id}`;
    const open = () =>
      createBrowser({
        sites: {
          [new URL(url).origin]: (request) => askApi(world, request),
          'https://slack.com': (request) => {
            const { pathname, search } = new URL(request.url);
            return fetch(new URL(`${pathname}${search}`, world.slack.url), { redirect: 'manual' });
          },
        },
      });
    const away = await open().visit(page, { follow: false });
    expect([away.status, away.headers.get('location')]).toEqual([
      303,
      expect.stringContaining(`/slack/login?approval=${approval.approval_id}`),
    ]);
    world.slack.consentNext({ answer: 'allow', user: account('ada') });
    const seen = await open().visit(page);
    expect([seen.status, seen.url]).toEqual([200, page]);
    expect(seen.text).toContain('fourth@example.com');
    expect(seen.text).toMatch(/approved<\/strong> by ada@example\.com/);
  });

  step('forgets the workspace when the app is uninstalled there', async () => {
    const said = await driver.event({ type: 'app_uninstalled' });
    expect(said.responses.map(({ status }) => status)).toEqual([200]);
    await until('the end of the token', async () =>
      (await installations()).length === 0 ? true : undefined,
    );
  });
}
