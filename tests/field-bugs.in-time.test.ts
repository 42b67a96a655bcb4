import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ApprovalView } from '@hitl/application';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FieldSite, openFieldSite } from './fixtures/field-site.ts';
import type { ScriptedStep } from './fixtures/scripted-chat-model.ts';

/**
 * "Not being stuck", "evidence afterwards", and what is cheap of "trustworthy cards" and "fewer, better prompts": bugs and wishes of
 * other approval systems, by the names under which they are known.
 *
 * What of these themes is not this part's:
 *
 * | item | why |
 * | --- | --- |
 * | TEAM #516, #14, #191, ABCA #112, mission-control #940, riskkernel #92, vercel/eve #531, #1910 | chat cards come with the Slack channel |
 * | luisgf/infrabroker #239, agent-secret #185 | chat markup, as above; the terminal's own spoofing is below |
 * | TEAM #475, sso-elevator #114 | break-glass accounts are outside of what this system executes |
 * | envoyproxy/ai-gateway #2073, IBM/mcp-context-forge #5437 | gateways for other clients; approvals at a gateway of tools are all of this |
 * | PostHog #71616, Bike4Mind #2231, trueforge #351, sso-elevator #154, AGT #81, #1374 | a matter of each policy; free reads, one card for many calls and grants are below |
 */
let site: FieldSite;
beforeAll(async () => {
  site = await openFieldSite();
});
afterAll(() => site?.close());

const disable = (user: string): ScriptedStep[] => [{ calls: [['acct__disable_account', { user }]] }];
const hours = (count: number): number => count * 3600;

async function waiting(query: string, steps: readonly ScriptedStep[], more: object = {}) {
  const run = await site.ask('alice', query, steps, more);
  expect(run.status).toBe('awaiting_approval');
  return { run, approval: await site.approval(run) };
}

/** The real command line, against the API of this stack; resolves with both outputs also when it exits with a failure. */
async function cli(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));
  const { url = '', token } = site.stack;
  const env = { PATH: process.env.PATH, HITL_API_TOKEN: token, NO_COLOR: '1', NODE_NO_WARNINGS: '1' };
  return promisify(execFile)(process.execPath, [main, ...args, '--api', url], { env });
}

describe('not being stuck', () => {
  it('openclaw #51287: there is a day to notice, and reminders on the way', async () => {
    const { run, approval } = await waiting('disable f-notice', disable('f-notice'));
    expect(approval.requirement.expires_in_seconds).toBe(hours(24));
    await site.later(run, hours(2));
    await site.later(run, hours(5));
    const reminders = (await site.record(run)).filter(({ type }) => type === 'approval-reminded');
    expect(reminders.map(({ data }) => [data.count, data.to])).toEqual([
      [1, ['group:security']],
      [2, ['group:security']],
    ]);
    expect((await site.vote('carol', approval)).body.status).toBe('approved');
    expect(await site.done('f-notice')).toHaveLength(1);
  });

  it('curie #2705: without any chat, the command line shows the exact call, approves it and shows what became of it', async () => {
    const { run, approval } = await waiting('give f-cli the helper role', [
      { calls: [['acct__grant_role', { user: 'f-cli', role: 'helper' }]] },
    ]);
    const { stdout, stderr } = await cli('approvals', 'approve', approval.approval_id, '--user-id', 'carol');
    for (const shown of ['acct/grant_role', 'f-cli', 'helper', approval.digest])
      expect(stdout + stderr).toContain(shown);
    expect(stdout).toContain('approved');
    expect((await site.run(run.run_id)).status).toBe('completed');
    expect(await site.done('f-cli')).toHaveLength(1);
    const [vote] = (await site.approval(run)).votes;
    expect(vote).toMatchObject({ principal_id: 'carol', channel: 'cli', assurance: 'asserted' });
  });

  it('curie #2705: the plain HTTP API is enough as well, from the list of what waits to the result', async () => {
    const { run } = await waiting('disable f-http', disable('f-http'));
    const list = await site.api<{ items: ApprovalView[] }>('carol', 'GET', '/approvals?limit=100');
    const item = list.body.items.find(({ run_id }) => run_id === run.run_id);
    expect(item).toMatchObject({ requester_id: 'alice', tools: ['acct/disable_account'] });
    if (item !== undefined) await site.vote('carol', item);
    expect((await site.run(run.run_id)).status).toBe('completed');
  });

  it('pensarai/apex #639: when nobody answers, the request expires closed and the run ends, with nothing executed', async () => {
    const { run, approval } = await waiting('disable f-silence', disable('f-silence'));
    await site.later(run, hours(24) + 1);
    const over = await site.run(run.run_id);
    expect([over.status, over.tool_calls[0]?.status]).toEqual(['expired', 'expired']);
    expect((await site.vote('carol', approval)).body.code).toBe('approval_not_pending');
    expect(await site.done('f-silence')).toEqual([]);
  });

  it('pensarai/apex #639: a vote that comes after the time is no vote, also before anybody noticed that it is over', async () => {
    const { run, approval } = await waiting('disable f-late', disable('f-late'));
    const carol = { id: 'carol', channel: 'console', assurance: 'mfa' } as const;
    expect(await site.voteThrough(carol, approval, hours(24) + 1)).toBe('approval_not_pending');
    expect((await site.run(run.run_id)).status).toBe('expired');
  });

  it('mckinsey/ark #3467: neither the agent nor the requester sets how long people have, or what happens after it', async () => {
    const { approval } = await waiting(
      'disable f-hurry',
      [
        {
          calls: [['acct__disable_account', { user: 'f-hurry', timeout: 1, on_timeout: 'proceed' }]],
        },
        { calls: [['acct__disable_account', { user: 'f-hurry' }]] },
      ],
      { execution_timeout: 1 },
    );
    expect(approval.calls[0]?.arguments).toEqual({ user: 'f-hurry' });
    expect(approval.requirement.expires_in_seconds).toBe(hours(24));
    const body = { query: 'disable f-hurry', approval_timeout: 1, on_timeout: 'proceed' };
    expect((await site.api('alice', 'POST', '/agent/run', body)).status).toBe(400);
  });

  it('a requester who changes their mind withdraws, and nothing waits for ever', async () => {
    const { run, approval } = await waiting('disable f-mind', disable('f-mind'));
    await site.api('alice', 'POST', `/agent/runs/${run.run_id}/cancel`, { reason: 'not needed' });
    await site.stack.idle();
    expect((await site.run(run.run_id)).status).toBe('cancelled');
    expect((await site.vote('carol', approval)).status).toBe(409);
  });
});

describe('cards that can be trusted', () => {
  it('vercel/eve #2471: concurrent requests of one session can’t decide each other', async () => {
    const session_id = 'd-thread';
    const first = await waiting('disable d-one', disable('d-one'), { session_id });
    const second = await waiting('disable d-two', disable('d-two'), { session_id });
    const crossed = { ...second.approval, digest: first.approval.digest };
    expect((await site.vote('carol', crossed)).body.code).toBe('digest_mismatch');
    await site.vote('carol', first.approval, { decision: 'reject', reason: 'no' });
    expect((await site.run(first.run.run_id)).status).toBe('rejected');
    expect((await site.run(second.run.run_id)).status).toBe('awaiting_approval');
  });

  it('openclaw #43687, Growth-Circle/cadis #435: the terminal spells out what can’t be seen and cuts nothing off', async () => {
    const user = `d-spoof\u202e\u200b\u001b[2K${'x'.repeat(500)}-tail`;
    const { approval } = await waiting('disable d-spoof', disable(user));
    const { stdout } = await cli('approvals', 'show', approval.approval_id);
    expect(stdout).toContain('d-spoof\\u{202e}\\u{200b}\\u{1b}[2K');
    expect(stdout).toContain('xxx-tail');
    for (const unseen of ['\u202e', '\u200b', '\u001b']) expect(stdout).not.toContain(unseen);
  });
});

describe('fewer, better prompts', () => {
  it('PostHog #69795: what only reads asks nobody, and several changes of one step are one question', async () => {
    const run = await site.ask('alice', 'tidy e-up', [
      {
        calls: [
          ['acct__read_note', { user: 'e-up' }],
          ['acct__disable_account', { user: 'e-up-1' }],
          ['acct__disable_account', { user: 'e-up-2' }],
        ],
      },
    ]);
    expect(run.tool_calls.map(({ status }) => status)).toEqual([
      'succeeded',
      'awaiting_approval',
      'awaiting_approval',
    ]);
    const approval = await site.approval(run);
    expect(approval.calls.map(({ arguments: args }) => args.user)).toEqual(['e-up-1', 'e-up-2']);
    await site.vote('carol', approval);
    expect((await site.run(run.run_id)).status).toBe('completed');
  });

  it('PostHog #69795: what is approved again and again may be granted beforehand: narrowly, for a while, revocably', async () => {
    const body = {
      grantee_id: 'alice',
      server: 'acct',
      tool: 'disable_account',
      arguments: { user: 'e-grant' },
      max_uses: 1,
      expires_in_seconds: 600,
      reason: 'leavers of today',
    };
    expect((await site.api('carol', 'POST', '/grants', body)).status).toBe(201);
    expect((await site.ask('alice', 'disable e-grant', disable('e-grant'))).status).toBe('completed');
    const again = await site.ask('alice', 'disable e-grant again', disable('e-grant'));
    expect(again.status).toBe('awaiting_approval');
  });
});

describe('evidence afterwards', () => {
  it('PrefectHQ/fastmcp #970, teleport #68308, #48279: one record tells who asked, what was shown, who decided and what was done', async () => {
    const { run, approval } = await waiting('disable h-story', disable('h-story'));
    await site.vote('mallory', approval);
    await site.vote('carol', approval);
    expect((await site.record(run)).map(({ type, actor }) => `${actor}: ${type}`)).toEqual([
      'alice: run-started',
      'system: tools-frozen',
      'system: model-answered',
      'system: call-decided',
      'system: approval-requested',
      'mallory: vote-refused',
      'carol: vote-cast',
      'system: approval-decided',
      'system: execution-claimed',
      'system: execution-succeeded',
      'system: model-answered',
      'system: run-finished',
    ]);
    expect((await site.api('operator', 'GET', '/audit/verify')).body).toMatchObject({ ok: true });
  });

  it('openclaw #144950: what was decided can be listed on the command line, by outcome', async () => {
    const { approval } = await waiting('disable h-ledger', disable('h-ledger'));
    await site.vote('carol', approval, { decision: 'reject', reason: 'wrong person' });
    const { stdout } = await cli('approvals', 'list', '--status', 'rejected', '--json');
    const { items } = JSON.parse(stdout) as { items: { approval_id: string }[] };
    expect(items.map(({ approval_id }) => approval_id)).toContain(approval.approval_id);
    const shown = await cli('approvals', 'show', approval.approval_id);
    expect(shown.stdout).toContain('rejected by carol — wrong person');
  });
});
