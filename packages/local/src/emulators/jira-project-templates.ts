import type { JiraIssueType } from './jira-state.ts';

const typeByPrefix: Readonly<Record<string, string>> = {
  'com.pyxis.greenhopper.jira': 'software',
  'com.atlassian.jira-core-project-templates': 'business',
  'com.atlassian.servicedesk': 'service_desk',
  'com.atlassian.jcs': 'customer_service',
};

/** The project type that a template makes; `undefined` for a template that doesn't exist. */
export function projectTypeOf(templateKey: string): string | undefined {
  const [prefix = '', name = ''] = templateKey.split(':');
  return name === '' ? undefined : typeByPrefix[prefix];
}

export function isTeamManaged(templateKey: string | undefined): boolean {
  return templateKey === undefined || /simplified-agility|next-gen|team-managed/.test(templateKey);
}

const software = { Epic: 1, Story: 0, Task: 0, Bug: 0 };
const typesByProjectType: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  software,
  business: { Epic: 1, Task: 0 },
  service_desk: { 'Service request': 0, Incident: 0, Task: 0 },
  customer_service: { Task: 0 },
  product_discovery: { Idea: 0 },
};

/** Team-managed projects have types of their own; the name of the sub-task type differs as well. */
export function issueTypesOf(
  projectType: string,
  templateKey: string | undefined,
  firstId: number,
): JiraIssueType[] {
  const names = typesByProjectType[projectType] ?? software;
  const all = { ...names, [isTeamManaged(templateKey) ? 'Subtask' : 'Sub-task']: -1 };
  return Object.entries(all).map(([name, level], index) => ({ id: String(firstId + index), name, level }));
}
