import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acceptTools, approve, ask, isFinal, isWaiting } from './fixtures/approve-disabling.ts';
import { call, createTestSite, type TestSite, until } from './fixtures/local-stack-process.ts';

describe('the local stack, killed with SIGKILL', () => {
  let site: TestSite;
  beforeEach(async () => {
    site = await createTestSite();
  });
  afterEach(() => site.remove());

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
