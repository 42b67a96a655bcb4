/** What the emulated Jira site holds. Replayed from its log; see `jira-store.ts`. */
export interface JiraUser {
  readonly account_id: string;
  readonly display_name: string;
  readonly email: string;
  readonly is_active: boolean;
  readonly is_admin: boolean;
}

export interface JiraIssueType {
  readonly id: string;
  readonly name: string;
  /** 1 epic, 0 standard, -1 sub-task. */
  readonly level: number;
}

export interface JiraProject {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly lead_account_id: string;
  readonly type_key: string;
  readonly is_team_managed: boolean;
  readonly issue_types: readonly JiraIssueType[];
  readonly is_deleted: boolean;
}

export interface JiraIssue {
  readonly id: string;
  readonly key: string;
  readonly project_id: string;
  readonly created_at_ms: number;
  readonly creator_account_id: string;
  readonly fields: {
    readonly summary: string;
    readonly issue_type_id: string;
    readonly labels: readonly string[];
    readonly description?: unknown;
    readonly parent_key?: string;
    readonly priority?: string;
    readonly assignee_account_id?: string;
    readonly due_date?: string;
  };
}

export type JiraChange =
  | { readonly kind: 'user_added'; readonly user: JiraUser }
  | { readonly kind: 'project_created'; readonly project: JiraProject }
  | { readonly kind: 'project_deleted'; readonly project_id: string }
  /** All successes of one request: they are on disk together or not at all. */
  | { readonly kind: 'issues_created'; readonly issues: readonly JiraIssue[] };

export interface JiraState {
  readonly users: Map<string, JiraUser>;
  readonly projects: Map<string, JiraProject>;
  readonly issues: Map<string, JiraIssue>;
  readonly issueCounts: Map<string, number>;
  nextId: number;
}

export function emptyJiraState(): JiraState {
  return { users: new Map(), projects: new Map(), issues: new Map(), issueCounts: new Map(), nextId: 10_000 };
}

export function applyJiraChange(state: JiraState, change: JiraChange): void {
  switch (change.kind) {
    case 'user_added':
      state.users.set(change.user.account_id, change.user);
      return;
    case 'project_created': {
      const { project } = change;
      state.projects.set(project.id, project);
      for (const { id } of [project, ...project.issue_types]) bumpNextId(state, id);
      return;
    }
    case 'project_deleted': {
      const project = state.projects.get(change.project_id);
      if (project !== undefined) state.projects.set(project.id, { ...project, is_deleted: true });
      return;
    }
    case 'issues_created':
      for (const issue of change.issues) {
        state.issues.set(issue.key, issue);
        const number = Number(issue.key.slice(issue.key.lastIndexOf('-') + 1));
        state.issueCounts.set(
          issue.project_id,
          Math.max(number, state.issueCounts.get(issue.project_id) ?? 0),
        );
        bumpNextId(state, issue.id);
      }
  }
}

function bumpNextId(state: JiraState, id: string): void {
  state.nextId = Math.max(state.nextId, Number(id) + 1);
}
