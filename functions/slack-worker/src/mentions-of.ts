import type { InstallationRef } from '@hitl/slack';
import type { SlackWorkerDeps } from './slack-worker-deps.ts';

/** More than anybody reads; the card names the groups anyway. */
const maxPeople = 50;

/** The Slack accounts, in that workspace, of the people that `group:NAME` and `user:ID` mean. */
export async function mentionsOf(
  deps: SlackWorkerDeps,
  references: readonly string[],
  installation: InstallationRef,
  except: readonly string[] = [],
): Promise<string[]> {
  const { directory } = deps.application;
  const ids = new Set<string>();
  for (const reference of references) {
    const [kind, name] = split(reference);
    if (kind === 'user') ids.add(name);
    else for (const id of await directory.membersOf(name)) ids.add(id);
  }
  const accounts: string[] = [];
  for (const id of [...ids].filter((each) => !except.includes(each)).slice(0, maxPeople)) {
    const prefix = `slack:${installation.team_id}/`;
    const link = (await directory.find(id))?.links?.find((each) => each.startsWith(prefix));
    if (link !== undefined) accounts.push(link.slice(prefix.length));
  }
  return accounts;
}

function split(reference: string): readonly ['user' | 'group', string] {
  const at = reference.indexOf(':');
  return [reference.slice(0, at) === 'user' ? 'user' : 'group', reference.slice(at + 1)];
}
