import type { JiraSession } from '../client/jira-session.ts';

export interface IssueType {
  readonly id: string;
  readonly name: string;
  /** 1 and more: epics and above; 0: tasks, stories, bugs; -1: sub-tasks. */
  readonly level: number;
}

/** The types that this account may create issues of in the project. */
export async function listIssueTypes(session: JiraSession, projectKey: string): Promise<IssueType[]> {
  const types: IssueType[] = [];
  for (;;) {
    const page = await session.endpoints.getCreateIssueMetaIssueTypes(session.client, {
      projectIdOrKey: projectKey,
      startAt: types.length,
      maxResults: 200,
    });
    const found = page.issueTypes ?? page.createMetaIssueType ?? [];
    for (const { id, name, subtask, hierarchyLevel } of found)
      if (id !== undefined && name !== undefined)
        types.push({ id, name, level: hierarchyLevel ?? (subtask === true ? -1 : 0) });
    if (found.length === 0 || types.length >= (page.total ?? 0)) return types;
  }
}

/**
 * The type that a row means: by name without case, or, where none is given, Task (or the first of its level) resp. the level
 * below the parent. Returns a message when there is none.
 */
export function chooseIssueType(
  types: readonly IssueType[],
  wanted: string | undefined,
  parent: { readonly level: number } | undefined,
): IssueType | string {
  const names = types.map(({ name }) => name).join(', ');
  if (wanted !== undefined) {
    const type = types.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    if (type === undefined)
      return `"${wanted}" is not an issue type of this project; it has ${names || 'none for this account'}`;
    if (type.level < 0 && parent === undefined) return `${type.name} is a sub-task: it needs a parent`;
    if (parent !== undefined && parent.level <= type.level)
      return `${type.name} can't be a child of this parent`;
    return type;
  }
  const level = parent === undefined ? 0 : parent.level - 1;
  const ofLevel = types.filter((type) => type.level === level);
  return (
    ofLevel.find(({ name }) => name === 'Task') ??
    ofLevel[0] ??
    `must be given: the project has no usual type here; it has ${names || 'none for this account'}`
  );
}
