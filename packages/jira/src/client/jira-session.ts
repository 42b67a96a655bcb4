import type { Client } from 'jira.js/core';
import type { JiraConnection } from '../jira-options.ts';
import { createJiraClient } from './create-jira-client.ts';

export type JiraEndpoints = typeof import('./endpoints.ts');

/** What one tool call works with: jira.js's endpoint functions and a client bound to the call's cancellation. */
export interface JiraSession {
  readonly endpoints: JiraEndpoints;
  readonly client: Client;
  readonly connection: JiraConnection;
  readonly signal: AbortSignal | undefined;
}

export async function openJiraSession(
  connection: JiraConnection,
  signal?: AbortSignal,
): Promise<JiraSession> {
  // Loading jira.js takes over half a second: starting a server must not wait for it.
  const endpoints = await import('./endpoints.ts');
  return { endpoints, client: createJiraClient(connection, signal), connection, signal };
}
