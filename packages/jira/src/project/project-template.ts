import { InvalidInputError } from '@hitl/core';

export const projectTypes = [
  'software',
  'business',
  'service_desk',
  'product_discovery',
  'customer_service',
] as const;
export type ProjectType = (typeof projectTypes)[number];

interface Template {
  readonly key: string;
  readonly type: ProjectType;
  readonly says: string;
}

/** Short names for the templates that people ask for; any full template key works too. */
export const templatesByName: Readonly<Record<string, Template>> = {
  kanban: {
    key: 'com.pyxis.greenhopper.jira:gh-simplified-agility-kanban',
    type: 'software',
    says: 'team-managed Kanban',
  },
  scrum: {
    key: 'com.pyxis.greenhopper.jira:gh-simplified-agility-scrum',
    type: 'software',
    says: 'team-managed Scrum',
  },
  'kanban-company': {
    key: 'com.pyxis.greenhopper.jira:gh-simplified-kanban-classic',
    type: 'software',
    says: 'company-managed Kanban',
  },
  'scrum-company': {
    key: 'com.pyxis.greenhopper.jira:gh-simplified-scrum-classic',
    type: 'software',
    says: 'company-managed Scrum',
  },
  'basic-company': {
    key: 'com.pyxis.greenhopper.jira:gh-simplified-basic',
    type: 'software',
    says: 'company-managed basic software',
  },
  'project-management': {
    key: 'com.atlassian.jira-core-project-templates:jira-core-simplified-project-management',
    type: 'business',
    says: 'project management',
  },
  'process-control': {
    key: 'com.atlassian.jira-core-project-templates:jira-core-simplified-process-control',
    type: 'business',
    says: 'process control',
  },
  'it-service-management': {
    key: 'com.atlassian.servicedesk:simplified-it-service-management',
    type: 'service_desk',
    says: 'IT service management',
  },
  'customer-service': {
    key: 'com.atlassian.jcs:customer-service-management',
    type: 'customer_service',
    says: 'customer service',
  },
};

const typeByPrefix: Readonly<Record<string, ProjectType>> = {
  'com.pyxis.greenhopper.jira': 'software',
  'com.atlassian.jira-core-project-templates': 'business',
  'com.atlassian.servicedesk': 'service_desk',
  'com.atlassian.jcs': 'customer_service',
};

const defaultTemplates: Readonly<Partial<Record<ProjectType, string>>> = {
  software: 'kanban',
  business: 'project-management',
  service_desk: 'it-service-management',
  customer_service: 'customer-service',
};

export interface ChosenTemplate {
  readonly projectType: ProjectType;
  /** Absent: Jira's own default for the type. */
  readonly templateKey: string | undefined;
  readonly says: string;
}

/** Type and template belong together: Jira refuses a template of another type. Throws `InvalidInputError` naming the field. */
export function chooseTemplate(
  projectType: ProjectType | undefined,
  template: string | undefined,
): ChosenTemplate {
  const name = template ?? defaultTemplates[projectType ?? 'software'];
  if (name === undefined) {
    const type = projectType ?? 'software';
    return { projectType: type, templateKey: undefined, says: `Jira's default for ${type}` };
  }
  const known = templatesByName[name];
  const isFullKey = name.includes(':');
  if (known === undefined && !isFullKey) {
    throw wrongTemplate(`must be one of ${Object.keys(templatesByName).join(', ')}, or a full template key`);
  }
  const templateType = known?.type ?? typeByPrefix[name.slice(0, name.indexOf(':'))];
  if (templateType !== undefined && projectType !== undefined && templateType !== projectType)
    throw wrongTemplate(`${name} makes a ${templateType} project, not a ${projectType} one`);
  const type = templateType ?? projectType;
  if (type === undefined)
    throw wrongTemplate(`of ${name} the project type is not known: give project_type too`);
  return { projectType: type, templateKey: known?.key ?? name, says: known?.says ?? name };
}

function wrongTemplate(message: string): InvalidInputError {
  return new InvalidInputError(`template ${message}`, { errors: [{ path: 'template', message }] });
}
