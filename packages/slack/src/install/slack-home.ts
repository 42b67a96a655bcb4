import type { ItemStore } from '@hitl/core';
import { z } from 'zod';
import { slackIdSchema } from '../jobs.ts';
import { type InstallationRef, installationIdOf } from './installation.ts';

const homeKey = 'slack-home';
const homeSchema = z.object({ team_id: slackIdSchema, enterprise_id: slackIdSchema.optional() });

/**
 * Where the app is installed by OAuth nothing says which workspace the approvers' channels are in: it is the first one that it was
 * installed in or, of an organisation, that anything came from.
 */
export async function rememberHome(
  items: ItemStore,
  { team_id, enterprise_id }: { readonly team_id: string; readonly enterprise_id?: string | undefined },
): Promise<void> {
  const home = { team_id, ...(enterprise_id === undefined ? {} : { enterprise_id }) };
  await items.put(homeKey, home, { ifVersion: 'absent' });
}

/** No workspace is home any more when that one is gone. */
export async function forgetHome(items: ItemStore, installation: InstallationRef): Promise<void> {
  const item = await items.get(homeKey);
  const id = item === undefined ? undefined : installationIdOf(homeSchema.parse(item.value));
  if (item !== undefined && id === installationIdOf(installation)) await items.delete(homeKey, item.version);
}

export async function rememberedHome(
  items: ItemStore,
): Promise<(InstallationRef & { readonly team_id: string }) | undefined> {
  const item = await items.get(homeKey);
  return item === undefined ? undefined : homeSchema.parse(item.value);
}
