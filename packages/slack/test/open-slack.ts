import { createRateLimiter } from '@hitl/coordination';
import { createFakeClock, createMemoryItemStore } from '@hitl/testing';
import { type SlackFront, type SlackFrontOptions, startSlackFront } from '@hitl/testing/slack';
import { afterEach } from '@jest/globals';
import { createSlackClient, type SlackClientDeps } from '../src/client/index.ts';

const opened: SlackFront[] = [];
afterEach(async () => {
  for (const front of opened.splice(0)) await front.close();
});

/** The front of Slack, a client for it, and a clock that sleeping moves on. */
export async function openSlack(options: SlackFrontOptions = {}, more: Partial<SlackClientDeps> = {}) {
  const clock = createFakeClock();
  const front = await startSlackFront({
    clock,
    workspaces: [{ team_id: 'T0ACME', users: ['alice'], channels: ['approvals'] }],
    ...options,
  });
  opened.push(front);
  const items = createMemoryItemStore({ clock });
  const sleep = async (ms: number): Promise<void> => clock.advance(ms);
  /** Another worker: it shares nothing but the items. */
  const openClient = () =>
    createSlackClient({
      botToken: async () => front.botToken,
      limiter: createRateLimiter(items, { clock, sleep }),
      items,
      clock,
      sleep,
      apiUrl: front.apiUrl,
      timeoutMs: 2_000,
      ...more,
    });
  const channel = front.workspace.channels.approvals ?? '';
  const alice = front.workspace.users.alice ?? '';
  return {
    front,
    clock,
    items,
    sleep,
    openClient,
    client: openClient(),
    channel,
    alice,
    installation: { team_id: 'T0ACME' },
  };
}
