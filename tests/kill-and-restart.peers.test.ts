import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acceptTools, approve, ask, isFinal, isWaiting } from './fixtures/approve-disabling.ts';
import { call, createTestSite, type TestSite, until } from './fixtures/local-stack-process.ts';

describe('the local stack, killed with SIGKILL', () => {
  let site: TestSite;
  beforeEach(async () => {
    site = await createTestSite();
  });
  afterEach(() => site.remove());

  it('keeps what waits for people over a kill, and executes it once after the vote', async () => {
    const first = await site.start();
    await acceptTools(first);
    const runId = await ask(first, 'disable the account of user jane');
    await until(first, runId, isWaiting);
    await first.kill('SIGKILL');

    const second = await site.start();
    expect(await approve(second, runId)).toBe(200);
    expect((await until(second, runId, isFinal)).status).toBe('completed');
    expect((await site.journal()).map(({ tool, arguments: args }) => [tool, args.user])).toEqual([
      ['disable_account', 'jane'],
    ]);
    expect((await call(second, 'GET', '/audit/verify')).body).toMatchObject({ ok: true });
    await second.kill('SIGTERM');
  });

  it('never repeats a call that was being made when it died: the outcome is unknown until a person says', async () => {
    const first = await site.start({ toolDelayMs: 60_000 });
    await acceptTools(first);
    const runId = await ask(first, 'disable the account of user jane');
    await until(first, runId, isWaiting);
    expect(await approve(first, runId)).toBe(200);
    await site.executed(1);
    await first.kill('SIGKILL');

    const second = await site.start();
    const run = await until(second, runId, isFinal);
    expect(run.status).toBe('failed');
    const [toolCall] = run.tool_calls as { call_id: string; status: string }[];
    expect(toolCall?.status).toBe('unknown');
    expect(await site.journal()).toHaveLength(1);
    const resolved = await call(second, 'POST', `/agent/runs/${runId}/calls/${toolCall?.call_id}/resolve`, {
      user_id: 'carol',
      outcome: 'succeeded',
      note: 'the account is disabled',
    });
    expect(resolved.status).toBe(200);
    await second.kill('SIGTERM');
  });

  it('repeats a call that says it may be repeated, as the very same call', async () => {
    const first = await site.start({ toolDelayMs: 60_000 });
    await acceptTools(first);
    const runId = await ask(first, 'label the account of user jane');
    await until(first, runId, isWaiting);
    expect(await approve(first, runId)).toBe(200);
    await site.executed(1);
    await first.kill('SIGKILL');

    const second = await site.start();
    expect((await until(second, runId, isFinal)).status).toBe('completed');
    const executions = await site.journal();
    expect(executions.length).toBe(2);
    expect(new Set(executions.map(({ key }) => key)).size).toBe(1);
    await second.kill('SIGTERM');
  });

  it('survives kills at arbitrary moments: every run ends, nothing executes twice, the record verifies', async () => {
    let stack = await site.start();
    await acceptTools(stack);
    const runs: string[] = [];
    // Spread over what one run takes from request to result; the moments differ on every machine, the outcome must not.
    for (const delayMs of [0, 3, 8, 15, 30, 60]) {
      const runId = await ask(stack, `disable the account of user u${delayMs}`);
      runs.push(runId);
      if (delayMs % 2 === 0) await until(stack, runId, isWaiting).then(() => approve(stack, runId));
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await stack.kill('SIGKILL');
      stack = await site.start();
    }
    for (const runId of runs) {
      const run = await until(stack, runId, (view) => view.status !== 'running');
      if (run.status === 'awaiting_approval') await approve(stack, runId);
      expect(['completed', 'failed']).toContain((await until(stack, runId, isFinal)).status);
    }
    const executed = (await site.journal()).map(({ arguments: args }) => args.user);
    expect(new Set(executed).size).toBe(executed.length);
    expect((await call(stack, 'GET', '/audit/verify')).body).toMatchObject({ ok: true });
    await stack.kill('SIGTERM');
  });
});
