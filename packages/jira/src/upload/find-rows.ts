import type { JiraSession } from '../client/jira-session.ts';
import { inChunks } from './in-chunks.ts';

export interface FoundIssue {
  readonly id: string;
  readonly key: string;
}

type SearchedIssue = {
  id?: string | undefined;
  key?: string | undefined;
  fields?: Record<string, unknown> | undefined;
};

const labelsPerSearch = 50;
/** Jira's limit for one bulk fetch. */
const keysPerFetch = 100;

/**
 * The issues that carry these labels. The search index lags behind, so that an upload that is repeated at once would not see
 * what it has just made: the newest issue numbers are therefore read by key as well, which Jira answers from its database.
 */
export async function findRows(
  session: JiraSession,
  projectKey: string,
  labels: readonly string[],
): Promise<Map<string, FoundIssue>> {
  const found = new Map<string, FoundIssue>();
  const wanted = new Set(labels);
  const note = (issue: SearchedIssue) => {
    const { id, key } = issue;
    const own = issue.fields?.labels;
    if (id === undefined || key === undefined || !Array.isArray(own)) return;
    for (const label of own) {
      if (typeof label !== 'string' || !wanted.has(label)) continue;
      const other = found.get(label);
      // The oldest is the one that was reported first.
      if (other === undefined || Number(id) < Number(other.id)) found.set(label, { id, key });
    }
  };
  for (const chunk of inChunks(labels, labelsPerSearch)) {
    const list = chunk.map((label) => `"${label}"`).join(', ');
    for await (const issue of search(session, `project = "${projectKey}" AND labels in (${list})`))
      note(issue);
  }
  if (found.size < wanted.size) await readNewest(session, projectKey, note);
  return found;
}

async function* search(session: JiraSession, jql: string): AsyncGenerator<SearchedIssue> {
  let nextPageToken: string | undefined;
  do {
    const page = await session.endpoints.searchAndReconsileIssuesUsingJqlPost(session.client, {
      jql,
      fields: ['labels'],
      maxResults: 100,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    yield* page.issues ?? [];
    nextPageToken = page.nextPageToken ?? undefined;
  } while (nextPageToken !== undefined);
}

/** Numbers are given in order; the index may lag out of order, hence the look back. */
async function readNewest(
  session: JiraSession,
  projectKey: string,
  note: (issue: SearchedIssue) => void,
): Promise<void> {
  const page = await session.endpoints.searchAndReconsileIssuesUsingJqlPost(session.client, {
    jql: `project = "${projectKey}" ORDER BY key DESC`,
    fields: ['labels'],
    maxResults: 1,
  });
  const newest = numberOf(page.issues?.[0]?.key);
  for (let from = Math.max(1, newest - keysPerFetch / 2 + 1); ; from += keysPerFetch) {
    const keys = Array.from({ length: keysPerFetch }, (_, index) => `${projectKey}-${from + index}`);
    const fetched = await session.endpoints.bulkFetchIssues(session.client, {
      issueIdsOrKeys: keys,
      fields: ['labels'],
    });
    const issues = fetched.issues ?? [];
    for (const issue of issues) note(issue);
    if (!issues.some((issue) => numberOf(issue.key) > newest && numberOf(issue.key) >= from)) return;
  }
}

function numberOf(key: string | undefined): number {
  return Number(key?.slice(key.lastIndexOf('-') + 1) ?? 0);
}
