import type { JiraUser } from './jira-state.ts';
import type { JiraStore } from './jira-store.ts';

/** What a handler works with. */
export interface JiraRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Absent for anonymous callers, among them those with wrong credentials. */
  readonly user: JiraUser | undefined;
  readonly store: JiraStore;
  readonly siteUrl: string;
  readonly nowMs: number;
  /** Issues younger than this are not in the search index yet. */
  readonly searchLagMs: number;
  /** Set by a fault: only so many rows of a bulk request are created before the request dies. */
  readonly applyRows: number | undefined;
}
