import { issueTypesOf } from './jira-project-templates.ts';
import type { JiraStore } from './jira-store.ts';

export interface JiraSeed {
  readonly users: readonly {
    readonly accountId: string;
    readonly displayName: string;
    readonly email: string;
    /** Lets this user log in. Never written to disk: it counts at every start. */
    readonly apiToken?: string;
    readonly isAdmin?: boolean;
    readonly isActive?: boolean;
  }[];
  readonly projects?: readonly {
    readonly key: string;
    readonly name: string;
    readonly leadAccountId: string;
    readonly templateKey?: string;
  }[];
}

/** A small site: the service account that the Jira server uses, two people, one project. */
export const defaultJiraSeed: JiraSeed = {
  users: [
    {
      accountId: '712020:00000000-0000-4000-8000-000000000001',
      displayName: 'Automation',
      email: 'automation@example.com',
      apiToken: 'emulated-jira',
      isAdmin: true,
    },
    { accountId: '5b10a2844c20165700ede21g', displayName: 'Ada Admin', email: 'ada@example.com' },
    { accountId: '5b10ac8d82e05b22cc7d4ef5', displayName: 'Grace Operator', email: 'grace@example.com' },
  ],
  projects: [
    {
      key: 'OPS',
      name: 'Operations',
      leadAccountId: '5b10a2844c20165700ede21g',
      templateKey: 'com.pyxis.greenhopper.jira:gh-simplified-kanban-classic',
    },
  ],
};

/** Fills a new site; a site with data keeps it, and only gets users that it doesn't know yet. */
export function seedJira(store: JiraStore, seed: JiraSeed): void {
  const { isNew } = store;
  for (const { accountId, displayName, email, isAdmin = false, isActive = true } of seed.users) {
    if (store.state.users.has(accountId)) continue;
    store.append({
      kind: 'user_added',
      user: {
        account_id: accountId,
        display_name: displayName,
        email,
        is_admin: isAdmin,
        is_active: isActive,
      },
    });
  }
  if (!isNew) return;
  for (const { key, name, leadAccountId, templateKey } of seed.projects ?? []) {
    const id = store.state.nextId;
    store.append({
      kind: 'project_created',
      project: {
        id: String(id),
        key,
        name,
        lead_account_id: leadAccountId,
        type_key: 'software',
        is_team_managed: templateKey === undefined,
        issue_types: issueTypesOf('software', templateKey, id + 1),
        is_deleted: false,
      },
    });
  }
}
