import { toAdf } from '../adf/to-adf.ts';
import type { PlannedRow } from './plan-upload.ts';

/** One element of a bulk request. Fields that were not given are left out: some are not on every create screen. */
export function toIssueFields(
  { input, label }: PlannedRow,
  projectKey: string,
  issueTypeId: string,
  parentKey: string | undefined,
): Record<string, unknown> {
  const { description, priority, assignee_account_id: accountId, due_date: dueDate } = input;
  return {
    project: { key: projectKey },
    issuetype: { id: issueTypeId },
    summary: input.summary,
    labels: [...new Set([...(input.labels ?? []), label])],
    ...(description === undefined || description.trim() === '' ? {} : { description: toAdf(description) }),
    ...(parentKey === undefined ? {} : { parent: { key: parentKey } }),
    ...(priority === undefined ? {} : { priority: { name: priority } }),
    ...(accountId === undefined ? {} : { assignee: { accountId } }),
    ...(dueDate === undefined ? {} : { duedate: dueDate }),
  };
}
