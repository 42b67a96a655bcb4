import { NotFoundError, type SecretSource } from '@hitl/core';
import { createMemoryItemStore } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { World } from '../../application/test/world.ts';
import { createWebhookNotifier } from '../src/index.ts';

async function notify(get: SecretSource['get']): Promise<void> {
  const world = new World({ answers: [{ text: 'Hello.' }] });
  const run = await world.ask('say hello');
  const told = createMemoryItemStore({ clock: world.clock });
  const notifier = createWebhookNotifier({
    secrets: { get },
    secretName: 'agentcore-dev/notifications',
    told,
  });
  await notifier.notify({ kind: 'run-finished', run });
}

describe('the webhooks of a secret', () => {
  it('are none while the secret is missing or empty, which holds nothing up', async () => {
    await notify(async (name) => {
      throw new NotFoundError(`there is no secret "${name}"`);
    });
    await notify(async () => '{}');
  });

  it('that are wrong are named by their member, never with the URL, which is a capability', async () => {
    const url = `http://127.0.0.1/workflows/${'s'.repeat(20)}`;
    const error: unknown = await notify(async () => JSON.stringify({ teams_webhook_url: url })).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toContain('teams_webhook_url');
    expect(String(error)).not.toContain('s'.repeat(20));
    const broken: unknown = await notify(async () => `{"teams_webhook_url":"${url}"`).catch(
      (reason: unknown) => reason,
    );
    expect(String(broken)).toContain('agentcore-dev/notifications is not a JSON object');
    expect(String(broken)).not.toContain('s'.repeat(20));
  });
});
