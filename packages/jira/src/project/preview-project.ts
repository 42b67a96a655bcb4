import { digestOf, ForbiddenError, type Preview } from '@hitl/core';
import type { JiraSession } from '../client/jira-session.ts';
import type { CreateProjectInput } from './create-project-schemas.ts';
import { planProject } from './plan-project.ts';

/**
 * The state digest covers where the call leads (key, lead, type, template), not whether it is there already: a retry after a
 * crash in between finds its own project and must not be taken for drift.
 */
export async function previewProject(session: JiraSession, input: CreateProjectInput): Promise<Preview> {
  const plan = await planProject(session, input);
  const { key, name, lead, template } = plan;
  const state_digest = digestOf({
    name,
    key,
    lead: lead.accountId,
    project_type: template.projectType,
    template: template.templateKey ?? null,
  });
  if (plan.existing !== undefined) {
    return {
      summary: `Project ${key} ("${name}"), led by ${lead.displayName}, exists already: nothing will change`,
      changes: [],
      state_digest,
    };
  }
  await requireAdministrator(session);
  const warnings = [
    ...(plan.isKeyDerived
      ? [`The key ${key} is derived from the name; it can't be changed easily later.`]
      : []),
    ...(plan.takenKeys.length > 0 ? [`In use already: ${plan.takenKeys.join(', ')}.`] : []),
  ];
  const after: Record<string, string> = {
    key,
    name,
    lead: `${lead.displayName} (${lead.accountId})`,
    project_type: template.projectType,
    template: template.says,
  };
  return {
    summary: `Create ${template.projectType} project ${key} ("${name}"), led by ${lead.displayName}, from the template ${template.says}`,
    changes: Object.entries(after).map(([field, value]) => ({ path: `project.${field}`, after: value })),
    ...(warnings.length === 0 ? {} : { warnings }),
    state_digest,
  };
}

/** Asking people to approve what Jira will refuse wastes their attention. */
async function requireAdministrator(session: JiraSession): Promise<void> {
  const { permissions } = await session.endpoints.getMyPermissions(session.client, {
    permissions: 'ADMINISTER',
  });
  const administer: unknown = permissions?.ADMINISTER;
  const isAdministrator =
    typeof administer === 'object' && administer !== null && 'havePermission' in administer
      ? administer.havePermission === true
      : false;
  if (!isAdministrator)
    throw new ForbiddenError(
      'forbidden',
      `the Jira account ${session.connection.email} lacks the global permission Administer Jira, which creating projects needs`,
    );
}
