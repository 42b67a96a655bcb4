import { castVote, deliverAll } from '@hitl/application';
import { createNotifiersFromConfig } from '@hitl/notifications';
import { startSlackFront } from '@hitl/testing/slack';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  startWebhookServer,
  type WebhookServer,
} from '../packages/notifications/test/start-webhook-server.ts';
import { type FieldSite, openFieldSite } from './fixtures/field-site.ts';

/** Channels that are down, on a whole local stack: telling people must never hold up or lose what they decide. */
describe('notifications', () => {
  let site: FieldSite;
  let teams: WebhookServer;
  const carol = { id: 'carol', kind: 'user', channel: 'api', assurance: 'authenticated' } as const;

  beforeAll(async () => {
    site = await openFieldSite();
    teams = await startWebhookServer();
  });
  afterAll(async () => {
    await site?.close();
    await teams?.close();
  });

  async function waiting(user: string) {
    const run = await site.ask('alice', `disable ${user}`, [
      { calls: [['acct__disable_account', { user }]] },
    ]);
    return { run, approval: await site.approval(run) };
  }

  it('a channel that hangs and one that fails for good hold up no vote, no execution and no other channel', async () => {
    const { approval } = await waiting('n-hang');
    const slack = await startSlackFront();
    const down = await startWebhookServer();
    down.answerNext('hang', 'hang', 'hang', 'hang', 'hang');
    teams.answerNext(...Array.from({ length: 4 }, () => ({ status: 404 })));
    const common = { allowLoopback: true, timeoutMs: 60_000, sleep: async () => {} };
    const notifiers = [
      ...createNotifiersFromConfig({ teams_webhook_url: down.url }, common),
      ...createNotifiersFromConfig({ teams_webhook_url: teams.url }, common),
      ...createNotifiersFromConfig({ slack_webhook_url: slack.incomingWebhookUrl }, common),
    ];
    const background: Promise<unknown>[] = [];
    const logged: unknown[] = [];
    const note = (...line: unknown[]) => void logged.push(line);
    const deps = {
      ...site.stack.deps,
      notifiers,
      logger: { debug: note, info: note, warn: note, error: note },
      background: (task: Promise<unknown>) => void background.push(task),
    };
    const { approval_id, digest } = approval;
    await castVote(deps, carol, { approval_id, decision: 'approve', digest });
    await site.stack.idle();
    expect(await site.done('n-hang')).toHaveLength(1);
    expect(background).toHaveLength(1);
    const general = slack.workspace.channels.general ?? '';
    const told = await slack.until(async () => (await slack.messages(general))[0]);
    expect(JSON.stringify(told.blocks)).toContain('Decided by: carol');
    // The hanging channel ends with its server; then its attempts are over, and nothing was thrown.
    await down.close();
    await slack.close();
    await Promise.all(background);
    expect(JSON.stringify(logged)).toContain('the channel answered HTTP 404');
    expect(JSON.stringify(logged)).not.toContain('topsecret');
  });

  it('a channel that comes back is told, with the request as it stands', async () => {
    const { run, approval } = await waiting('n-back');
    const before = teams.taken.length;
    teams.answerNext({ status: 503 }, { status: 429, headers: { 'retry-after': '1' } });
    const notifiers = createNotifiersFromConfig(
      { teams_webhook_url: teams.url, public_url: 'https://approvals.example.com' },
      { allowLoopback: true, sleep: async () => {} },
    );
    const deps = { ...site.stack.deps, notifiers };
    const state = await deps.repository.load(run.run_id);
    if (state === undefined) throw new Error('the run is gone');
    await deliverAll(deps, 'approval-requested', state, approval.approval_id);
    await deliverAll(deps, 'approval-requested', state, approval.approval_id);
    expect(teams.taken).toHaveLength(before + 1);
    const card = JSON.stringify(teams.taken.at(-1));
    for (const part of ['acct/disable_account', 'n-back', 'group:security', approval.approval_id])
      expect(card).toContain(part);
    const links = card.match(/https:\/\/[^"]+/g)?.filter((link) => !link.includes('schema'));
    expect(links).toEqual([`https://approvals.example.com/approvals/${approval.approval_id}`]);
    expect((await site.run(run.run_id)).status).toBe('awaiting_approval');
  });
});
