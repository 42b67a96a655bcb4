import type { ItemStore } from '@hitl/core';
import { type InstallationRef, installationIdOf, type SlackJob, slackIdSchema } from '@hitl/slack';
import { z } from 'zod';
import type { SlackWorkerDeps } from './slack-worker-deps.ts';

const homeKey = 'slack-home';
const homeSchema = z.object({ team_id: slackIdSchema, enterprise_id: slackIdSchema.optional() });

/**
 * Where the app was installed by OAuth nothing says which workspace the approvers' channels are in: it is the first one that
 * anything came from. Where a token was set by hand, it is that token's.
 */
export async function rememberHome(deps: SlackWorkerDeps, job: SlackJob): Promise<void> {
  if (job.kind === 'notify') return;
  if (job.kind !== 'uninstalled') {
    const { team_id, enterprise_id } = job;
    const home = { team_id, ...(enterprise_id === undefined ? {} : { enterprise_id }) };
    await deps.items.put(homeKey, home, { ifVersion: 'absent' });
    return;
  }
  const item = await deps.items.get(homeKey);
  const id = item === undefined ? undefined : installationIdOf(homeSchema.parse(item.value));
  if (item !== undefined && id === installationIdOf(job)) await deps.items.delete(homeKey, item.version);
}

export async function rememberedHome(items: ItemStore): Promise<InstallationRef | undefined> {
  const item = await items.get(homeKey);
  return item === undefined ? undefined : homeSchema.parse(item.value);
}
