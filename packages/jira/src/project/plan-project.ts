import { ConflictError, InvalidInputError } from '@hitl/core';
import { JiraRequestError } from '../client/jira-request-error.ts';
import type { JiraSession } from '../client/jira-session.ts';
import { readJiraMessages } from '../client/read-jira-messages.ts';
import type { CreateProjectInput } from './create-project-schemas.ts';
import { deriveProjectKeys } from './project-key.ts';
import { type ChosenTemplate, chooseTemplate } from './project-template.ts';
import { findProjectByName, type ProjectFacts, readProject } from './read-project.ts';

export interface ProjectPlan {
  readonly name: string;
  readonly key: string;
  readonly isKeyDerived: boolean;
  /** Derived keys that came first but are in use. */
  readonly takenKeys: readonly string[];
  readonly lead: { readonly accountId: string; readonly displayName: string };
  readonly template: ChosenTemplate;
  /** The project that is already what is asked for: nothing to create. */
  readonly existing: ProjectFacts | undefined;
}

/**
 * What creating this project comes to, read from Jira now. Throws `InvalidInputError` for a field that can't be right and
 * `ConflictError` when the name or the key belongs to another project.
 */
export async function planProject(session: JiraSession, input: CreateProjectInput): Promise<ProjectPlan> {
  const template = chooseTemplate(input.project_type, input.template);
  const lead = await resolveLead(session, input.lead_account_id);
  const existing = await findProjectByName(session, input.name);
  const base = { name: input.name, lead, template, isKeyDerived: input.key === undefined };
  if (existing !== undefined) {
    requireSameProject(existing, {
      name: input.name,
      key: input.key,
      leadAccountId: lead.accountId,
      projectType: template.projectType,
    });
    return { ...base, key: existing.key, takenKeys: [], existing };
  }
  if (input.key !== undefined) {
    const refusal = await keyRefusal(session, input.key);
    if (refusal !== undefined) throw await keyInUse(session, input.key, refusal);
    return { ...base, key: input.key, takenKeys: [], existing: undefined };
  }
  const takenKeys: string[] = [];
  for (const key of deriveProjectKeys(input.name)) {
    if ((await keyRefusal(session, key)) === undefined)
      return { ...base, key, takenKeys, existing: undefined };
    takenKeys.push(key);
  }
  const message =
    takenKeys.length === 0
      ? `must be given: no key can be derived from the name "${input.name}"`
      : `must be given: ${takenKeys[0]} and its variants up to ${takenKeys.at(-1)} are in use`;
  throw new InvalidInputError(`key ${message}`, { errors: [{ path: 'key', message }] });
}

/** The project that is there must be the one that is asked for; otherwise "exists already" would hide a difference. */
export function requireSameProject(
  project: ProjectFacts,
  wanted: { name: string; key: string | undefined; leadAccountId: string; projectType: string },
): void {
  const differences = [
    ...(project.name.toLowerCase() === wanted.name.toLowerCase() ? [] : [`its name is "${project.name}"`]),
    ...(wanted.key === undefined || project.key === wanted.key
      ? []
      : [`its key is ${project.key}, not ${wanted.key}`]),
    ...(project.leadAccountId === wanted.leadAccountId
      ? []
      : [`its lead is ${project.leadAccountId ?? 'not visible'}, not ${wanted.leadAccountId}`]),
    ...(project.projectType === wanted.projectType
      ? []
      : [`it is a ${project.projectType} project, not a ${wanted.projectType} one`]),
  ];
  if (differences.length === 0) return;
  throw new ConflictError(
    'conflict',
    `project ${project.key} ("${project.name}") exists already and differs: ${differences.join('; ')}`,
    { details: { key: project.key, id: project.id } },
  );
}

async function resolveLead(
  session: JiraSession,
  accountId: string | undefined,
): Promise<ProjectPlan['lead']> {
  if (accountId === undefined) {
    const me = await session.endpoints.getCurrentUser(session.client);
    if (me.accountId === undefined)
      throw new JiraRequestError('none', 'Jira did not say which account this is');
    return { accountId: me.accountId, displayName: me.displayName ?? me.accountId };
  }
  const user = await session.endpoints.getUser(session.client, { accountId }).catch((error: unknown) => {
    if (error instanceof JiraRequestError && (error.status === 404 || error.status === 400)) return undefined;
    throw error;
  });
  const message =
    user === undefined
      ? 'no such account'
      : user.active === false
        ? 'this account is deactivated'
        : undefined;
  if (user === undefined || message !== undefined) {
    throw new InvalidInputError(`lead_account_id ${accountId}: ${message}`, {
      errors: [{ path: 'lead_account_id', message: message ?? 'no such account' }],
    });
  }
  return { accountId, displayName: user.displayName ?? accountId };
}

/** Why Jira would refuse this key; `undefined` when it is free. */
async function keyRefusal(session: JiraSession, key: string): Promise<string | undefined> {
  const answer = await session.endpoints.validateProjectKey(session.client, { key });
  const messages = readJiraMessages(answer).map(({ message }) => message);
  return messages.length === 0 ? undefined : messages.join(' ');
}

async function keyInUse(session: JiraSession, key: string, refusal: string): Promise<ConflictError> {
  const owner = await readProject(session, key);
  return new ConflictError(
    'conflict',
    owner === undefined
      ? `key ${key} can't be used: ${refusal} No project with it is visible to this account; it may be archived or in the trash`
      : `key ${key} is in use by another project, "${owner.name}"`,
    { errors: [{ path: 'key', message: refusal }] },
  );
}
