import type { EnvironmentFacts } from './environment-facts.ts';
import { ifReadable } from './look.ts';
import { readableSlackSecret } from './slack-secret.ts';

/** Whether a link is to an account of a workspace that the app is installed in. */
export type IsReached = (link: string) => boolean;

/** `undefined` where Slack is not set up. What can't be known counts as reached: an organisation, a token put there by hand. */
export async function openSlackTeams(facts: EnvironmentFacts): Promise<IsReached | undefined> {
  const ids = await ifReadable(facts.installationIds());
  const secret = await readableSlackSecret(facts);
  const isByHand = secret?.bot_token !== undefined;
  if (ids?.length === 0 && secret !== undefined && !isByHand) return undefined;
  if (ids === undefined || secret === undefined || isByHand || ids.some((id) => id.startsWith('E')))
    return (link) => link.startsWith('slack:');
  const prefixes = ids.map((id) => `slack:${id}/`);
  return (link) => prefixes.some((prefix) => link.startsWith(prefix));
}
