import type { JiraConnection } from '../jira-options.ts';

/** Where people see a project or an issue; `undefined` behind the API gateway, which doesn't tell the site's address. */
export function browseUrl({ baseUrl }: JiraConnection, key: string): string | undefined {
  return new URL(baseUrl).pathname.startsWith('/ex/') ? undefined : `${baseUrl}/browse/${key}`;
}
