import type { EnvironmentFacts } from './environment-facts.ts';
import { ifReadable } from './look.ts';
import { readableSlackSecret } from './slack-secret.ts';

/** Whether a link is to an account of a workspace that the app is installed in. */
export type IsReached = (link: string) => boolean;

/** `undefined` where Slack is not set up. What can't be known counts as reached: an organisation, a token whose owner was not asked for. */
export async function openSlackTeams(facts: EnvironmentFacts): Promise<IsReached | undefined> {
  const installed = await ifReadable(facts.installationIds());
  const secret = await readableSlackSecret(facts);
  if (installed === undefined || secret === undefined) return isSlackLink;
  const ids = [...installed];
  if (secret.bot_token !== undefined) {
    const owner = await facts.askSlack?.(secret.bot_token).catch(() => undefined);
    if (owner?.team_id === undefined) return isSlackLink;
    ids.push(owner.team_id);
  }
  if (ids.length === 0) return undefined;
  if (ids.some((id) => id.startsWith('E'))) return isSlackLink;
  const prefixes = ids.map((id) => `slack:${id}/`);
  return (link) => prefixes.some((prefix) => link.startsWith(prefix));
}

function isSlackLink(link: string): boolean {
  return link.startsWith('slack:');
}
