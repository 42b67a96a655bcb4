import type { Diagnosis } from '../diagnosis.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { openSlackTeams } from './slack-teams.ts';

const name = 'people';

/** The directory in force, and who of it can be met in Slack. */
export async function checkPeople(facts: EnvironmentFacts): Promise<Diagnosis[]> {
  const { environment, directoryTable } = facts;
  const stored = await facts.directory();
  const push = `hitl-mcp directory push people.yaml --environment ${environment}`;
  if (stored === undefined)
    return [
      {
        name,
        state: 'failing',
        detail: `${directoryTable} holds no directory: nobody can ask or approve`,
        remedy: push,
      },
    ];
  const { principals } = stored.document;
  const count = `${principals.length} in ${directoryTable}, version ${stored.version}`;
  const isReached = await openSlackTeams(facts);
  if (isReached === undefined)
    return [{ name, state: principals.length === 0 ? 'failing' : 'ok', detail: count }];
  const linked = principals.filter(({ links = [] }) => links.some(isReached)).length;
  const elsewhere = principals.filter(
    ({ links = [] }) => links.some((link) => link.startsWith('slack:')) && !links.some(isReached),
  ).length;
  return [
    {
      name,
      state: linked === 0 ? 'failing' : 'ok',
      detail: `${count}; ${linked} are linked to an installed Slack workspace`,
      ...(linked === 0 ? { remedy: `links: ["slack:TEAM/USER"] for each person, then ${push}` } : {}),
    },
    ...(elsewhere === 0
      ? []
      : [
          {
            name,
            state: 'note' as const,
            detail: `${elsewhere} are linked only to workspaces that the app is not installed in`,
            remedy: 'install it there, or correct the links: "hitl-mcp directory show" lists them',
          },
        ]),
  ];
}
