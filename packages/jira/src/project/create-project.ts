import { UnavailableError } from '@hitl/core';
import { browseUrl } from '../client/browse-url.ts';
import { JiraRequestError } from '../client/jira-request-error.ts';
import type { JiraSession } from '../client/jira-session.ts';
import type { CreateProjectInput, CreateProjectOutput } from './create-project-schemas.ts';
import { type ProjectPlan, planProject, requireSameProject } from './plan-project.ts';
import { type ProjectFacts, readProject } from './read-project.ts';

/**
 * Creates the project, or finds it already there. Safe to repeat: keys and names are unique in Jira, so a second attempt is
 * refused and the project that is there is compared.
 */
export async function createProject(
  session: JiraSession,
  input: CreateProjectInput,
): Promise<CreateProjectOutput> {
  const plan = await planProject(session, input);
  if (plan.existing !== undefined) return toOutput(session, plan, plan.existing, 'existing');
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { id, key } = await post(session, plan);
      return toOutput(session, plan, { id: String(id), key }, 'created');
    } catch (error) {
      if (!(error instanceof JiraRequestError)) throw error;
      if (error.effect === 'none') return await compareExisting(session, plan, error, attempt > 0);
      const made = await awaitProject(session, plan);
      if (made !== undefined) return toOutput(session, plan, made, 'created');
      if (attempt >= session.connection.limits.maxRecreations) throw unknownOutcome(plan, error);
    }
  }
}

function post(session: JiraSession, { name, key, lead, template }: ProjectPlan) {
  return session.endpoints.createProject(session.client, {
    name,
    key,
    leadAccountId: lead.accountId,
    projectTypeKey: template.projectType,
    assigneeType: 'UNASSIGNED',
    ...(template.templateKey === undefined ? {} : { projectTemplateKey: template.templateKey }),
  });
}

/** Jira refused: when that is because the very project is there, that is success. */
async function compareExisting(
  session: JiraSession,
  plan: ProjectPlan,
  error: JiraRequestError,
  wasSentBefore: boolean,
): Promise<CreateProjectOutput> {
  if (error.status !== 400 && error.status !== 409) throw error;
  const project = await readProject(session, plan.key);
  if (project === undefined) throw error;
  requireSameProject(project, {
    name: plan.name,
    key: plan.key,
    leadAccountId: plan.lead.accountId,
    projectType: plan.template.projectType,
  });
  // After an earlier attempt whose answer was lost, it is that attempt's project.
  return toOutput(session, plan, project, wasSentBefore ? 'created' : 'existing');
}

/** Reading a project by key is consistent: what is there now is found, only Jira may still be at work. */
async function awaitProject(session: JiraSession, plan: ProjectPlan): Promise<ProjectFacts | undefined> {
  for (const delayMs of session.connection.limits.settleDelaysMs) {
    await session.connection.wait(delayMs, session.signal);
    const project = await readProject(session, plan.key);
    if (project === undefined) continue;
    requireSameProject(project, {
      name: plan.name,
      key: plan.key,
      leadAccountId: plan.lead.accountId,
      projectType: plan.template.projectType,
    });
    return project;
  }
  return undefined;
}

function unknownOutcome(plan: ProjectPlan, error: JiraRequestError): UnavailableError {
  return new UnavailableError(
    `it is not known whether project ${plan.key} ("${plan.name}") was or will be created; repeating this call is safe. ${error.message}`,
    { cause: error, details: { outcome: 'unknown', key: plan.key } },
  );
}

function toOutput(
  session: JiraSession,
  { name, lead, template }: ProjectPlan,
  project: { id: string; key: string },
  status: CreateProjectOutput['status'],
): CreateProjectOutput {
  const url = browseUrl(session.connection, project.key);
  return {
    status,
    id: project.id,
    key: project.key,
    name,
    lead_account_id: lead.accountId,
    project_type: template.projectType,
    ...(template.templateKey === undefined ? {} : { template: template.templateKey }),
    ...(url === undefined ? {} : { url }),
  };
}
