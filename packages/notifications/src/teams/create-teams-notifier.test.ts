import { InvalidInputError } from '@hitl/core';
import { describeNotifierContract } from '@hitl/testing/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { complaintsOfAdaptiveCards } from '../../test/parse-with-adaptive-cards.ts';
import { startWebhookServer, type WebhookServer } from '../../test/start-webhook-server.ts';
import { requested, waitingRun } from '../../test/waiting-run.ts';
import { describeForPeople } from '../describe-for-people.ts';
import type { AdaptiveCard } from './adaptive-card.ts';
import { checkAdaptiveCard, maxTeamsBytes } from './check-adaptive-card.ts';
import { createTeamsNotifier, type TeamsNotifierOptions } from './create-teams-notifier.ts';
import { renderTeamsCard } from './render-teams-card.ts';
import { parseTeamsWebhookUrl } from './teams-webhook-url.ts';

const publicUrl = 'https://approvals.example.com';
const servers: WebhookServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function open(more: Partial<TeamsNotifierOptions> = {}) {
  const server = await startWebhookServer();
  servers.push(server);
  const waits: number[] = [];
  const notifier = createTeamsNotifier({
    url: server.url,
    allowLoopback: true,
    pages: { publicUrl },
    random: () => 1,
    sleep: async (ms) => void waits.push(ms),
    ...more,
  });
  return { server, notifier, waits };
}

type Envelope = { attachments: { content: AdaptiveCard }[] };
const cardOf = (body: unknown): AdaptiveCard => {
  const card = (body as Envelope).attachments[0]?.content;
  if (card === undefined) throw new Error('no card');
  return card;
};
/** All text of a card, as it reads. */
const textOf = (card: AdaptiveCard): string => {
  const texts = (value: unknown): string =>
    Array.isArray(value)
      ? value.map(texts).join('')
      : value !== null && typeof value === 'object'
        ? Object.entries(value)
            .map(([key, member]) => (key === 'text' ? String(member) : texts(member)))
            .join('') + ('inlines' in value ? '\n' : '')
        : '';
  return texts(card.body);
};

describeNotifierContract('createTeamsNotifier', async () => {
  const server = await startWebhookServer();
  return {
    subject: createTeamsNotifier({ url: server.url, allowLoopback: true, pages: { publicUrl } }),
    isIdempotent: true,
    received: async () => server.taken,
    close: server.close,
  };
});

describe('a Teams card', () => {
  it('is what Adaptive Cards 1.4 allows, in the envelope of the templates or bare', async () => {
    const { server, notifier } = await open();
    await notifier.notify(requested(waitingRun()));
    expect(server.taken).toMatchObject([
      {
        type: 'message',
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null }],
      },
    ]);
    expect(complaintsOfAdaptiveCards(cardOf(server.taken[0]))).toEqual([]);
    const bare = await open({ payload: 'card' });
    await bare.notifier.notify(requested(waitingRun()));
    expect(bare.server.taken).toEqual([cardOf(server.taken[0])]);
  });

  it('shows who asks for what, the exact call, its effect and the rule’s reason, and opens the approval page only', async () => {
    const card = renderTeamsCard(describeForPeople(requested(waitingRun()), { publicUrl }), 'all');
    for (const part of [
      'alice',
      'give Ada a role',
      'acct/grant_role',
      '"user": "ada"',
      'ada becomes admin',
      'Admins are few.',
    ])
      expect(textOf(card).replaceAll('\u00a0', ' ')).toContain(part);
    expect(card.actions).toEqual([
      { type: 'Action.OpenUrl', title: 'Open the approval page', url: `${publicUrl}/approvals/apr_1` },
    ]);
  });

  it('says so where the arguments don’t fit, and shows none of them in part', async () => {
    const { server, notifier } = await open();
    await notifier.notify(requested(waitingRun({ args: { note: 'x'.repeat(40_000) } })));
    const run = waitingRun({ calls: 400 });
    await notifier.notify({ kind: 'approval-escalated', run, approval_id: 'apr_1', to: [] });
    const [large, many] = server.taken.map(cardOf);
    if (large === undefined || many === undefined) throw new Error('unreachable');
    expect(textOf(large)).toMatch(/Arguments \(400\d\d characters\) are too large for this card/);
    expect(textOf(large)).not.toContain('xxx');
    expect(textOf(many)).toContain('400 calls: too many for this card');
    for (const body of server.taken) {
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(maxTeamsBytes);
      expect(complaintsOfAdaptiveCards(cardOf(body))).toEqual([]);
    }
  });

  it('gives no text of people or models a meaning, loses none of it, and is valid whatever they write', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '[Approve](https://evil.example)',
        '**bold** _it_',
        '{{DATE(2026-01-01,SHORT)}}',
        `$${'{'}secretOf()}`,
        '{{{{',
        '$${{x',
        '<at>all</at>',
        '\u202eevil',
        '\n# head\n- list',
      ),
    );
    fc.assert(
      fc.property(nasty, nasty, nasty, (query, requester, value) => {
        const described = describeForPeople(requested(waitingRun({ query, requester, args: { value } })), {
          publicUrl,
        });
        const card = renderTeamsCard(described, 'all');
        expect(checkAdaptiveCard(card)).toEqual([]);
        expect(complaintsOfAdaptiveCards(card)).toEqual([]);
        const json = JSON.stringify(card);
        expect(json).not.toMatch(/\{\{[^"]/);
        expect(json).not.toContain(`$${'{'}`);
        const blocks = card.body.filter(({ type }) => type === 'TextBlock');
        expect(blocks).toEqual([expect.objectContaining({ text: 'Approval requested' })]);
        const read = textOf(card).replaceAll('\u00a0', ' ');
        for (const { value: shown } of described.facts) expect(read).toContain(shown);
        for (const { argumentsJson } of described.calls) expect(read).toContain(argumentsJson);
      }),
      { numRuns: 60 },
    );
  });

  it('holds no secret of the arguments', async () => {
    const password = ['hunter', '2-long'].join('');
    const described = describeForPeople(
      requested(waitingRun({ args: { password }, query: `the password is ${password}` })),
    );
    expect(JSON.stringify(renderTeamsCard(described, 'all'))).not.toContain(password);
  });

  it.each([
    ['another version', { version: '1.5' }],
    ['no version', { version: undefined }],
    ['an empty body', { body: [] }],
    ['an unknown element', { body: [{ type: 'TextBlok', text: 'x' }] }],
    ['an empty text', { body: [{ type: 'TextBlock', text: '' }] }],
    ['an action that needs a bot', { actions: [{ type: 'Action.Execute', title: 'Approve' }] }],
    [
      'a link that is no https URL',
      { actions: [{ type: 'Action.OpenUrl', title: 'x', url: 'javascript:alert(1)' }] },
    ],
    ['too much', { body: [{ type: 'TextBlock', text: 'ž'.repeat(15_000) }] }],
  ])('is refused before it is sent with %s', (_name, change) => {
    const card = renderTeamsCard(describeForPeople(requested(waitingRun())), 'all');
    expect(checkAdaptiveCard(card)).toEqual([]);
    expect(checkAdaptiveCard({ ...card, ...change })).not.toEqual([]);
  });
});

describe('a Teams URL', () => {
  const sig = ['sig', 'of', 'a', 'flow'].join('');
  it.each([
    [
      'https://acme.webhook.office.com/webhookb2/',
      /Office 365 connector, which Microsoft has ended: make a workflow/,
    ],
    ['https://outlook.office.com/webhook/', /Office 365 connector/],
    [
      'https://prod-12.westeurope.logic.azure.com/workflows/',
      /no longer starts workflows since 30 November 2025/,
    ],
    ['http://x.api.powerplatform.com/', /must begin with https/],
    ['https://powerplatform.com.evil.example/', /not among the hosts/],
    ['https://evilpowerplatform.com/', /not among the hosts/],
    ['https://u:p@x.api.powerplatform.com/', /no user name/],
    ['https://x.api.powerplatform.com:8443/', /no port/],
    ['https://127.0.0.1/', /not an address/],
    ['https://0x7f.1/', /not an address/],
    ['https://2130706433/', /not an address/],
    ['https://[::ffff:169.254.169.254]/', /not an address/],
    ['https://169.254.169.254/latest/', /not an address/],
    ['https://localhost/', /not an address/],
    ['https://metadata/', /not an address/],
    ['no url', /must be a URL/],
  ])('%s is refused with the reason, and never repeated', (text, reason) => {
    const url = `${text}${text.includes('/') ? `?sig=${sig}` : ''}`;
    const parse = () => parseTeamsWebhookUrl(url);
    expect(parse).toThrow(InvalidInputError);
    expect(parse).toThrow(reason);
    expect(parse).toThrow(/^TEAMS_WEBHOOK_URL: /);
    expect(parse).not.toThrow(sig);
  });

  it('of a workflow is taken, and of another host where that is allowed by name', () => {
    const flow =
      'https://default0.d5.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke?sig=x';
    expect(parseTeamsWebhookUrl(flow).href).toBe(flow);
    const other = 'https://flows.example.us/x';
    expect(parseTeamsWebhookUrl(other, { allowedHosts: ['.example.us'] }).hostname).toBe('flows.example.us');
  });
});

describe('telling Teams', () => {
  it('waits as long as Retry-After says, backs off otherwise, and tells once in the end', async () => {
    const { server, notifier, waits } = await open({ maxAttempts: 5 });
    server.answerNext({ status: 429, headers: { 'retry-after': '7' } }, { status: 503 }, 'reset', {
      status: 500,
    });
    await notifier.notify(requested(waitingRun()));
    expect(waits).toEqual([7000, 1000, 2000, 4000]);
    expect(server.taken).toHaveLength(1);
    await notifier.notify(requested(waitingRun()));
    expect(server.taken).toHaveLength(1);
  });

  it('gives up in the end and says why, with no part of the URL; the next attempt is a new one', async () => {
    const { server, notifier } = await open({ timeoutMs: 1000 });
    server.answerNext('hang', { status: 500 }, 'reset');
    const error = await notifier.notify(requested(waitingRun())).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'webhook_failed', isRetryable: true });
    expect(String(error)).toMatch(
      /^WebhookError: teams: no answer (\(\w+\)|within 1000 ms) after 3 attempts$/,
    );
    expect(JSON.stringify([error, (error as Error).stack])).not.toContain('topsecret');
    await notifier.notify(requested(waitingRun()));
    expect(server.taken).toHaveLength(1);
  });

  it('follows no redirect, and does not repeat what was refused for good', async () => {
    const { server, notifier } = await open();
    for (const status of [302, 400, 401, 404, 410]) {
      server.answerNext({ status, headers: { location: 'http://169.254.169.254/' } });
      await expect(notifier.notify(requested(waitingRun()))).rejects.toMatchObject({
        isRetryable: false,
        message: `teams: the channel answered HTTP ${status}`,
      });
    }
    expect(server.requests()).toBe(5);
  });

  it('does not wait for hours because a channel says so', async () => {
    const { server, notifier, waits } = await open();
    server.answerNext({ status: 429, headers: { 'retry-after': '86400' } });
    await expect(notifier.notify(requested(waitingRun()))).rejects.toMatchObject({ isRetryable: true });
    expect(waits).toEqual([]);
  });
});
