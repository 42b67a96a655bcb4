import { asRecord, findIssue, findProject } from './jira-access.ts';
import { adfText, findAdfProblem } from './jira-adf-check.ts';
import type { JiraRequest } from './jira-request.ts';
import type { JiraIssue, JiraIssueType, JiraProject } from './jira-state.ts';

export interface RefusedIssue {
  readonly errorMessages: readonly string[];
  readonly errors: Readonly<Record<string, string>>;
}

export type CheckedIssue =
  | { readonly kind: 'accepted'; readonly project: JiraProject; readonly fields: JiraIssue['fields'] }
  | { readonly kind: 'refused'; readonly refusal: RefusedIssue };

const knownFields = new Set([
  'project',
  'issuetype',
  'summary',
  'description',
  'labels',
  'parent',
  'priority',
  'assignee',
  'duedate',
  'reporter',
]);
const priorities = ['Highest', 'High', 'Medium', 'Low', 'Lowest'];
const maxTextLength = 32_767;

/** One element of a create request against the site as it is now: an issue of the same request can't be its parent. */
export function checkIssue(request: JiraRequest, element: unknown): CheckedIssue {
  const fields = asRecord(asRecord(element).fields);
  const projectRef = asRecord(fields.project);
  const project = findProject(request, String(projectRef.key ?? projectRef.id ?? ''));
  if (project === undefined) return refused({ project: 'valid project is required' });
  const errors: Record<string, string> = {};
  for (const name of Object.keys(fields))
    if (!knownFields.has(name))
      errors[name] = `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`;
  const type = findType(project, asRecord(fields.issuetype));
  if (type === undefined) errors.issuetype = 'The issue type selected is invalid.';
  note(errors, 'summary', summaryProblem(fields.summary));
  note(errors, 'description', descriptionProblem(fields.description));
  note(errors, 'labels', labelsProblem(fields.labels));
  note(errors, 'priority', priorityProblem(fields.priority));
  note(errors, 'duedate', dueDateProblem(fields.duedate));
  note(errors, 'assignee', assigneeProblem(request, fields.assignee));
  const parent = readParent(request, fields.parent);
  if (type !== undefined) note(errors, 'parentId', parentProblem(request, type, parent));
  if (type === undefined || Object.keys(errors).length > 0) return refused(errors);

  const problem =
    fields.description === undefined || fields.description === null
      ? undefined
      : findAdfProblem(fields.description);
  // Jira doesn't say more about a document that it can't read.
  if (problem !== undefined)
    return { kind: 'refused', refusal: { errorMessages: ['INVALID_INPUT'], errors: {} } };
  const accountId = asRecord(fields.assignee).accountId;
  const priority = asRecord(fields.priority).name;
  return {
    kind: 'accepted',
    project,
    fields: {
      summary: String(fields.summary),
      issue_type_id: type.id,
      labels: Array.isArray(fields.labels) ? fields.labels.map(String) : [],
      ...(fields.description === undefined || fields.description === null
        ? {}
        : { description: fields.description }),
      ...(parent.issue === undefined ? {} : { parent_key: parent.issue.key }),
      ...(typeof priority === 'string' ? { priority } : {}),
      ...(typeof accountId === 'string' ? { assignee_account_id: accountId } : {}),
      ...(typeof fields.duedate === 'string' ? { due_date: fields.duedate } : {}),
    },
  };
}

function refused(errors: Record<string, string>): CheckedIssue {
  return { kind: 'refused', refusal: { errorMessages: [], errors } };
}

function note(errors: Record<string, string>, field: string, problem: string | undefined): void {
  if (problem !== undefined) errors[field] = problem;
}

function findType(
  project: JiraProject,
  { id, name }: Readonly<Record<string, unknown>>,
): JiraIssueType | undefined {
  return project.issue_types.find((type) => (id === undefined ? type.name === name : type.id === String(id)));
}

function summaryProblem(summary: unknown): string | undefined {
  if (typeof summary !== 'string' || summary.trim() === '') return 'You must specify a summary of the issue.';
  if (/[\r\n]/.test(summary)) return 'The summary is invalid because it contains newline characters.';
  return summary.length > 255 ? "Summary can't exceed 255 characters." : undefined;
}

function descriptionProblem(description: unknown): string | undefined {
  if (description === undefined || description === null) return undefined;
  if (typeof description !== 'object')
    return 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
  return adfText(description).length > maxTextLength
    ? `The entered text is too long. It exceeds the allowed limit of ${maxTextLength.toLocaleString('en')} characters.`
    : undefined;
}

function labelsProblem(labels: unknown): string | undefined {
  if (labels === undefined) return undefined;
  if (!Array.isArray(labels)) return 'data was not an array';
  for (const label of labels) {
    if (typeof label !== 'string') return 'string expected at index 0';
    if (/\s/.test(label)) return `The label '${label}' contains spaces which is invalid.`;
    if (label.length > 255)
      return `The label '${label}' exceeds the maximum length for a single label of 255 characters.`;
  }
  return undefined;
}

function priorityProblem(priority: unknown): string | undefined {
  if (priority === undefined || priority === null) return undefined;
  const { name } = asRecord(priority);
  return typeof name === 'string' && priorities.includes(name)
    ? undefined
    : 'The priority selected is invalid.';
}

function dueDateProblem(date: unknown): string | undefined {
  if (date === undefined || date === null) return undefined;
  return typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date)
    ? undefined
    : `Error parsing date string: ${String(date)}`;
}

function assigneeProblem({ store }: JiraRequest, assignee: unknown): string | undefined {
  if (assignee === undefined || assignee === null) return undefined;
  const { accountId, id } = asRecord(assignee);
  const user = store.state.users.get(String(accountId ?? id ?? ''));
  return user?.is_active === true
    ? undefined
    : `User '${String(accountId ?? id)}' cannot be assigned issues.`;
}

function readParent(
  request: JiraRequest,
  parent: unknown,
): { isGiven: boolean; issue: JiraIssue | undefined } {
  if (parent === undefined || parent === null) return { isGiven: false, issue: undefined };
  const { key, id } = asRecord(parent);
  return { isGiven: true, issue: findIssue(request, String(key ?? id ?? '')) };
}

function parentProblem(
  { store }: JiraRequest,
  type: JiraIssueType,
  { isGiven, issue }: { isGiven: boolean; issue: JiraIssue | undefined },
): string | undefined {
  if (!isGiven)
    return type.level < 0 ? 'Issue type is a sub-task but parent issue key or id not specified.' : undefined;
  if (issue === undefined) return 'Could not find issue by id or key.';
  const parentType = store.state.projects
    .get(issue.project_id)
    ?.issue_types.find(({ id }) => id === issue.fields.issue_type_id);
  return parentType !== undefined && parentType.level === type.level + 1
    ? undefined
    : 'Given parent work item does not belong to appropriate hierarchy.';
}
