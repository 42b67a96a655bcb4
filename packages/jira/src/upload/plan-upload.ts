import { canonicalJson, type FieldError, InvalidInputError } from '@hitl/core';
import { rowLabel } from './row-label.ts';
import type { IssueRow, UploadInput } from './upload-schemas.ts';

export interface PlannedRow {
  /** Index in the caller's `issues`. */
  readonly row: number;
  readonly input: IssueRow;
  readonly label: string;
  readonly parent: { readonly row: number } | { readonly key: string } | undefined;
  /** 0 without a parent in this upload, else one more than the parent's: lower levels are created first. */
  readonly level: number;
}

const issueKeyPattern = /^[A-Z][A-Z0-9]{1,9}-[1-9]\d{0,8}$/;

/** Orders the rows and names each by its label. Pure. Throws `InvalidInputError` naming every row whose references don't hold. */
export function planUpload(input: UploadInput): PlannedRow[] {
  const errors: FieldError[] = [];
  const byExternalId = indexExternalIds(input, errors);
  const parents = input.issues.map((issue, row) => resolveParent(issue, row, byExternalId, errors));
  throwIfAny(errors);

  const levels = parents.map((_, row) => levelOf(row, parents));
  levels.forEach((level, row) => {
    if (level === undefined) errors.push({ path: `issues[${row}].parent`, message: 'is its own ancestor' });
  });
  throwIfAny(errors);

  const labels = nameRows(input, parents, levels as number[]);
  return input.issues.map((issue, row) => ({
    row,
    input: issue,
    label: labels[row] as string,
    parent: parents[row],
    level: levels[row] as number,
  }));
}

function indexExternalIds({ issues, project_key }: UploadInput, errors: FieldError[]): Map<string, number> {
  const byExternalId = new Map<string, number>();
  issues.forEach(({ external_id: id }, row) => {
    if (id === undefined) return;
    const path = `issues[${row}].external_id`;
    const other = byExternalId.get(id);
    if (other !== undefined) errors.push({ path, message: `is the same as that of issues[${other}]` });
    // Otherwise a parent of this name could mean either of two issues.
    else if (issueKeyPattern.test(id) && id.startsWith(`${project_key}-`))
      errors.push({ path, message: `must not look like an issue key of ${project_key}` });
    else byExternalId.set(id, row);
  });
  return byExternalId;
}

function resolveParent(
  { parent }: IssueRow,
  row: number,
  byExternalId: ReadonlyMap<string, number>,
  errors: FieldError[],
): PlannedRow['parent'] {
  if (parent === undefined) return undefined;
  const parentRow = byExternalId.get(parent);
  if (parentRow !== undefined) return { row: parentRow };
  if (issueKeyPattern.test(parent)) return { key: parent };
  errors.push({
    path: `issues[${row}].parent`,
    message: `is neither the external_id of a row of this upload nor an issue key: "${parent}"`,
  });
  return undefined;
}

/** Steps up to a row without a parent in this upload; `undefined` for a cycle. */
function levelOf(row: number, parents: readonly PlannedRow['parent'][]): number | undefined {
  let level = 0;
  for (let parent = parents[row]; parent !== undefined && 'row' in parent; parent = parents[parent.row]) {
    level += 1;
    if (level > parents.length) return undefined;
  }
  return level;
}

/** Parents get their label first: a child's identity holds its parent's. */
function nameRows(
  input: UploadInput,
  parents: readonly PlannedRow['parent'][],
  levels: readonly number[],
): string[] {
  const labels: string[] = [];
  const seen = new Map<string, number>();
  const order = levels.map((_, row) => row).sort((a, b) => (levels[a] ?? 0) - (levels[b] ?? 0) || a - b);
  for (const row of order) {
    const { labels: ownLabels, parent: _given, ...rest } = input.issues[row] as IssueRow;
    const parent = parents[row];
    const content = {
      ...rest,
      labels: [...new Set(ownLabels ?? [])].sort(),
      parent: parent === undefined ? null : 'row' in parent ? (labels[parent.row] ?? null) : parent.key,
    };
    const text = canonicalJson(content);
    const occurrence = seen.get(text) ?? 0;
    seen.set(text, occurrence + 1);
    labels[row] = rowLabel({
      project_key: input.project_key,
      batch: input.batch ?? null,
      content,
      occurrence,
    });
  }
  return labels;
}

function throwIfAny(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const [first] = errors;
  throw new InvalidInputError(
    `${errors.length === 1 ? 'a row' : `${errors.length} rows`} can't be uploaded: ${first?.path} ${first?.message}`,
    { errors },
  );
}
