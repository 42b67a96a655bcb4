import type { ApprovalView } from '@hitl/application';
import { NotFoundError, systemClock } from '@hitl/core';
import { createMemoryItemStore, createMemoryJobQueue, createMemorySessionStore } from '@hitl/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSlackWorker, openSlackParts } from '../functions/slack-worker/src/index.ts';
import { createLogger } from '../packages/lambda/src/index.ts';
import { actionIds } from '../packages/slack/src/approval-controls.ts';
import { slackJobSchema } from '../packages/slack/src/jobs.ts';
import { createCliRunner } from './fixtures/cli-approval-channel.ts';
import { openSlackSite, type SlackSite } from './fixtures/slack-site.ts';

const nowhere = 'C0404040404';
/** One rule for each role that can be given. */
const policy = (idOf: (channel: string) => string): string => `
version: 1
default: deny
default_approval:
  steps: [{ from: ["group:security"], votes: 1 }]
  assurance: asserted
  remind_after_seconds: [3600]
rules:
${Object.entries({
  helper: [],
  reader: [idOf('readers')],
  owner: [idOf('readers'), idOf('owners'), idOf('readers')],
  auditor: [idOf('closed'), idOf('owners')],
  ghost: [nowhere],
})
  .map(
    ([role, channels]) => `
  - id: ${role}
    effect: approval
    when: { tools: "acct/grant_role", arguments: { role: ${role} } }
    ${channels.length === 0 ? '' : `approval: { slack_channels: [${channels.join(', ')}] }`}`,
  )
  .join('')}
`;

let slack: SlackSite;
const errors: Record<string, unknown>[] = [];
beforeAll(async () => {
  slack = await openSlackSite({
    channels: ['readers', 'owners', 'closed'],
    policy,
    logger: createLogger({ level: 'error', write: (line) => errors.push(JSON.parse(line)) }),
  });
  await archive('archive');
});
afterAll(() => slack?.close());

const idOf = (channel: string): string => slack.front.workspace.channels[channel] ?? '';

async function archive(what: 'archive' | 'unarchive'): Promise<void> {
  const { workspace } = slack.front;
  const answer = await workspace.call(`conversations.${what}`, { channel: idOf('closed') }, 'admin');
  expect(answer).toMatchObject({ ok: true });
}

let asked = 0;
async function ask(role: string): Promise<ApprovalView> {
  asked += 1;
  const args = { user: `channel-user-${asked}`, role };
  const { field } = slack.site;
  return field.approval(
    await field.ask('alice', `make ${args.user} ${role}`, [{ calls: [['acct__grant_role', args]] }]),
  );
}

/** How many cards of the request each channel has, those without any left out. */
async function cardsByChannel({ approval_id }: ApprovalView): Promise<Record<string, number>> {
  const counts = await Promise.all(
    Object.entries(slack.front.workspace.channels).map(
      async ([name, id]) => [name, (await slack.cards(approval_id, id)).length] as const,
    ),
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** What stands under the newest card of the request in that channel. */
async function underCard({ approval_id }: ApprovalView, channel: string): Promise<string[]> {
  const card = (await slack.cards(approval_id, idOf(channel))).at(-1);
  const [, ...replies] = card === undefined ? [] : await slack.front.messages(idOf(channel), card.ts);
  return replies.map(({ blocks }) => JSON.stringify(blocks));
}

const errorsOf = ({ approval_id }: ApprovalView) => errors.filter((line) => line.approval_id === approval_id);

describe('a request whose rule names a channel', () => {
  it('is posted there and in its own thread, not in the usual channel, and is decided there', async () => {
    const { field } = slack.site;
    const text = 'please make channel-user-0 a reader';
    const args = { user: 'channel-user-0', role: 'reader' };
    field.model.script(text, [{ calls: [['acct__grant_role', args]] }, { text: 'Done.' }]);
    const said = await slack.driver.mention({ channel: slack.ops, user: slack.account('alice'), text });
    await field.stack.idle();
    const { body } = await field.api<{ items: ApprovalView[] }>('operator', 'GET', '/approvals');
    const approval = body.items.find(({ query }) => query === text);
    if (approval === undefined) throw new Error('nothing waits');
    expect((await field.approval(approval)).requirement.slack_channels).toEqual([idOf('readers')]);
    expect(await cardsByChannel(approval)).toEqual({ readers: 1 });
    expect(await slack.cards(approval.approval_id, slack.ops, said.thread_ts)).toHaveLength(1);
    const [card] = await slack.cards(approval.approval_id, idOf('readers'));
    await slack.driver.click({
      user: slack.account('carol'),
      channel: idOf('readers'),
      message_ts: card?.ts ?? '',
      action_id: actionIds.approve,
    });
    await field.stack.idle();
    expect(await field.done(args.user)).toEqual([{ tool: 'grant_role', arguments: args }]);
    const [decided] = await slack.cards(approval.approval_id, idOf('readers'));
    expect(JSON.stringify(decided?.blocks)).toMatch(/Approved.*by .*carol/);
  });

  it('is posted to each of several, once where one is named twice', async () => {
    expect(await cardsByChannel(await ask('owner'))).toEqual({ readers: 1, owners: 1 });
    expect(await cardsByChannel(await ask('helper'))).toEqual({ approvals: 1 });
  });

  it('goes to the usual channel where Slack refuses the named one, and the log says which of which rule', async () => {
    const ghost = await ask('ghost');
    expect(await cardsByChannel(ghost)).toEqual({ approvals: 1 });
    expect(errorsOf(ghost)).toMatchObject([
      {
        level: 'error',
        message: expect.stringContaining('the channel that the policy names'),
        channel_id: nowhere,
        rule_ids: ['ghost'],
        posted_instead_in: slack.approvals,
        error: expect.stringContaining('channel_not_found'),
      },
    ]);
    const auditor = await ask('auditor');
    expect(await cardsByChannel(auditor)).toEqual({ owners: 1, approvals: 1 });
    expect(errorsOf(auditor)).toMatchObject([
      { channel_id: idOf('closed'), rule_ids: ['auditor'], error: expect.stringContaining('is_archived') },
    ]);
  });

  it('is reminded of under its card in each channel that has one', async () => {
    const owner = await ask('owner');
    await slack.site.field.later(owner, 3700);
    for (const channel of ['readers', 'owners'])
      expect(await underCard(owner, channel)).toEqual([expect.stringContaining('still waits for you')]);
    expect(await cardsByChannel(owner)).toEqual({ readers: 1, owners: 1 });
    const ghost = await ask('ghost');
    await slack.site.field.later(ghost, 3700);
    expect(await underCard(ghost, 'approvals')).toEqual([expect.stringContaining('still waits for you')]);
    expect(await cardsByChannel(ghost)).toEqual({ approvals: 1 });
  });

  it('comes to the named channel with the next reminder once Slack takes it there', async () => {
    const auditor = await ask('auditor');
    await archive('unarchive');
    await slack.site.field.later(auditor, 3700);
    await archive('archive');
    expect(await cardsByChannel(auditor)).toEqual({ owners: 1, approvals: 1, closed: 1 });
    expect(await underCard(auditor, 'closed')).toHaveLength(1);
  });

  it('that is edited gets its new card where the rules of the new arguments have it', async () => {
    const { field } = slack.site;
    const helper = await ask('helper');
    const edit = async (approval: ApprovalView, role: string): Promise<ApprovalView> => {
      const args = { ...approval.calls[0]?.arguments, role };
      expect((await field.edit('alice', approval, args)).status).toBe(200);
      await field.stack.idle();
      return field.approval(approval);
    };
    const reader = await edit(helper, 'reader');
    // The one in the usual channel says that it was replaced.
    expect(await cardsByChannel(reader)).toEqual({ approvals: 1, readers: 1 });
    const [replaced] = await slack.cards(reader.approval_id, slack.approvals);
    expect(JSON.stringify(replaced?.blocks)).not.toContain(actionIds.approve);
    // What an earlier rule demanded stays demanded, so those whom it asked are asked again.
    const owner = await edit(reader, 'owner');
    expect(owner.requirement.slack_channels).toEqual([idOf('readers'), idOf('owners')]);
    expect(await cardsByChannel(owner)).toEqual({ approvals: 1, readers: 2, owners: 1 });
  });
});

describe('the command line', () => {
  it('says where a request was posted, and where one would be', async () => {
    const run = createCliRunner(slack.site);
    const { approval_id } = await ask('owner');
    const channels = `asked in Slack channel ${idOf('readers')}, ${idOf('owners')}`;
    expect((await run('carol', ['approvals', 'show', approval_id])).text).toContain(channels);
    const explain = async (role: string): Promise<string> => {
      const call = ['--tool', 'acct/grant_role', '--arguments', JSON.stringify({ user: 'jane', role })];
      return (await run('alice', ['policy', 'explain', '--user-id', 'alice', ...call])).text;
    };
    expect(await explain('reader')).toContain(`asked in Slack channel ${idOf('readers')}\n`);
    expect(await explain('helper')).toMatch(/needs 1 of group:security\n$/);
  });
});

describe('a worker that has no usual channel', () => {
  it('finds the workspace of the named ones, and posts once in each however often the job comes', async () => {
    const { field } = slack.site;
    const { team_id } = slack.front.workspace;
    const owner = await ask('owner');
    const before = await cardsByChannel(owner);
    const items = createMemoryItemStore();
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger({ level: 'error', write: (line) => lines.push(JSON.parse(line)) });
    const worker = createSlackWorker({
      application: { ...field.stack.deps, logger },
      feed: { publish() {}, subscribe: field.stack.deps.subscribe },
      sessions: createMemorySessionStore(),
      items,
      queue: createMemoryJobQueue(),
      fetch: async () => new Response(),
      ...openSlackParts({
        // As where the app was installed by OAuth.
        botToken: async (installation) => {
          if (installation.team_id !== team_id) throw new NotFoundError('not installed there');
          return slack.front.botToken;
        },
        items,
        clock: systemClock,
        logger,
        apiUrl: slack.front.apiUrl,
      }),
    });
    let delivered = 0;
    const deliver = (job: object) => {
      delivered += 1;
      return worker(slackJobSchema.parse({ job_id: `job-${delivered}`, ...job }), {
        remainingMs: () => Number.POSITIVE_INFINITY,
        signal: new AbortController().signal,
      });
    };
    const { run_id, approval_id } = owner;
    const notify = { kind: 'notify', event: 'approval-requested', run_id, approval_id, to: [], sequence: 1 };
    await deliver(notify);
    expect(await cardsByChannel(owner)).toEqual(before);
    expect(lines).toMatchObject([
      {
        message: expect.stringContaining('no workspace is known'),
        channel_ids: [idOf('readers'), idOf('owners')],
      },
    ]);

    await deliver({
      kind: 'command',
      received_at: new Date().toISOString(),
      team_id,
      who: { team_id, user_id: slack.account('carol') },
      channel_id: slack.ops,
      response_url: 'https://hooks.example.com/commands/1',
      command: { name: 'pending' },
    });
    const once = { readers: 2, owners: 2 };
    await deliver(notify);
    expect(await cardsByChannel(owner)).toEqual(once);
    await deliver(notify);
    // As when the worker dies between posting and noting that it did.
    const noted = await items.get(`slack-cards:${approval_id}`);
    await items.delete(`slack-cards:${approval_id}`, noted?.version ?? 0);
    await deliver(notify);
    expect(await cardsByChannel(owner)).toEqual(once);
    expect((await items.get(`slack-cards:${approval_id}`))?.value).toMatchObject({
      cards: [{ channel_id: idOf('readers') }, { channel_id: idOf('owners') }],
    });
    expect(lines).toHaveLength(1);
  });
});
