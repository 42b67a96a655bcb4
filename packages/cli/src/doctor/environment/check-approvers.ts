import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DirectoryDocument } from '@hitl/core';
import { defaultPolicyPath, listApprovers, parsePolicy } from '@hitl/policy';
import { readText } from '../../read-text.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { ifReadable } from './look.ts';
import { openSlackTeams } from './slack-teams.ts';

const name = 'approvers';
type Person = DirectoryDocument['principals'][number];

/** Whether those whom the policy asks are there. */
export async function checkApprovers(
  facts: EnvironmentFacts,
  policy: { readonly path: string; readonly name: string },
): Promise<Diagnosis[]> {
  const asked = listApprovers(parsePolicy(await readText(policy.path), policy.name));
  const stored = await ifReadable(facts.directory());
  // Told by the check of the people.
  if (stored === undefined) return [];
  const { principals } = stored.document;
  const peopleOf = (reference: string): readonly Person[] => {
    const [kind, who] = [
      reference.slice(0, reference.indexOf(':')),
      reference.slice(reference.indexOf(':') + 1),
    ];
    return principals.filter(({ id, groups }) => (kind === 'group' ? groups.includes(who) : id === who));
  };
  const steps = asked.flatMap(({ rule_id, requirement }) =>
    requirement.steps.map(({ from }) => ({ rule: rule_id ?? 'the default', from })),
  );
  const references = new Set([
    ...steps.flatMap(({ from }) => from),
    ...asked.flatMap(({ requirement }) => requirement.escalate.flatMap(({ to }) => to)),
  ]);
  const isReached = await openSlackTeams(facts);
  const findings = [...references].sort().flatMap((reference): Diagnosis[] => {
    const people = peopleOf(reference);
    if (people.length === 0) {
      const blocked = steps.find(
        ({ from }) => from.includes(reference) && from.every((other) => peopleOf(other).length === 0),
      );
      return [
        {
          name,
          state: blocked === undefined ? 'note' : 'failing',
          detail: `${reference} is nobody${blocked === undefined ? '' : `: what ${blocked.rule} gates can't be approved`}`,
          remedy: `hitl-mcp directory push, with people in it, or change ${policy.name}`,
        },
      ];
    }
    if (isReached === undefined || people.some(({ links = [] }) => links.some(isReached))) return [];
    return [withoutLink(reference)];
  });
  if (findings.length > 0) return findings;
  return [
    {
      name,
      state: 'ok',
      detail: `everybody whom ${policy.name} asks is there: ${[...references].sort().join(', ')}`,
    },
  ];
}

function withoutLink(reference: string): Diagnosis {
  return {
    name,
    state: 'note',
    detail: `nobody of ${reference} is linked to an installed Slack workspace: they can't approve there`,
    remedy: 'links: ["slack:TEAM/USER"] for each person, then hitl-mcp directory push',
  };
}

/** What is deployed with the environment: its own file in this checkout, or the policy that ships. */
export function deployedPolicy(environment: string): { readonly path: string; readonly name: string } {
  const own = `environments/${environment}.policy.yaml`;
  const path = fileURLToPath(new URL(`../../../../../${own}`, import.meta.url));
  return existsSync(path) ? { path, name: own } : { path: defaultPolicyPath, name: 'the default policy' };
}
