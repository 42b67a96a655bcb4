import { describeNotifierContract } from '@hitl/testing/contracts';
import { checkBlocks, type SlackFront, startSlackFront } from '@hitl/testing/slack';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requested, waitingRun } from '../../test/waiting-run.ts';
import { describeForPeople } from '../describe-for-people.ts';
import { createSlackWebhookNotifier } from './create-slack-webhook-notifier.ts';
import { renderWebhookMessage } from './render-webhook-message.ts';

const publicUrl = 'https://approvals.example.com';

describeNotifierContract('createSlackWebhookNotifier', async () => {
  const front = await startSlackFront();
  return {
    subject: createSlackWebhookNotifier({
      url: front.incomingWebhookUrl,
      allowLoopback: true,
      pages: { publicUrl },
    }),
    isIdempotent: true,
    received: () => front.messages(front.workspace.channels.general ?? ''),
    close: front.close,
  };
});

describe('a message through a plain Slack webhook', () => {
  let front: SlackFront;
  beforeAll(async () => {
    front = await startSlackFront();
  });
  afterAll(() => front?.close());

  it('tells what waits, and links to the page where it is decided', async () => {
    const notifier = createSlackWebhookNotifier({
      url: front.incomingWebhookUrl,
      allowLoopback: true,
      pages: { publicUrl },
      sleep: async () => {},
    });
    front.failNext('incoming-webhook', { kind: 'rate-limited', retryAfterSeconds: 1 });
    front.failNext('incoming-webhook', { kind: 'http', status: 500 });
    await notifier.notify(requested(waitingRun({ query: 'make <!channel> admin & go' })));
    const messages = await front.messages(front.workspace.channels.general ?? '');
    expect(messages).toHaveLength(1);
    const shown = JSON.stringify(messages[0]?.blocks);
    expect(shown).toContain('acct/grant_role');
    expect(shown).toContain(`<${publicUrl}/approvals/apr_1|Open the approval page>`);
    expect(messages[0]?.text).not.toMatch(/<!channel>/);
    expect(messages[0]).toMatchObject({ unfurl_links: false, unfurl_media: false });
  });

  it('is valid and plain text whatever people and models write, however much it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 4000 }),
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1, 3000, 150_000),
        (query, value, calls, size) => {
          const args = { value, long: 'y'.repeat(size) };
          const run = waitingRun({ query, requester: `<@U1> ${value}`, args, calls });
          const message = renderWebhookMessage(describeForPeople(requested(run), { publicUrl }));
          expect(checkBlocks(message.blocks)).toEqual([]);
          expect(message.text).not.toMatch(/<[@!#]/);
          const mrkdwn = message.blocks.filter((block) => JSON.stringify(block).includes('"mrkdwn"'));
          expect(mrkdwn).toHaveLength(1);
          if (size === 150_000)
            expect(JSON.stringify(message.blocks)).toMatch(/too (large|many) for this message/);
        },
      ),
      { numRuns: 15 },
    );
  });

  it.each([
    'https://hooks.slack.com.evil.example/services/x',
    'https://example.com/',
    'http://hooks.slack.com/services/x',
  ])('goes nowhere else: %s', (url) => {
    expect(() => createSlackWebhookNotifier({ url })).toThrow(/^SLACK_WEBHOOK_URL: /);
  });
});
