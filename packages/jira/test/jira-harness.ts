import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectInProcess } from '@hitl/mcp-server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { type JiraEmulator, startJiraEmulator } from '../../local/src/emulators/jira-cloud.ts';
import type { JiraSeed } from '../../local/src/emulators/jira-seed.ts';
import { createJiraServer, type JiraServerOptions } from '../src/index.ts';
import type { UploadOutput } from '../src/upload/upload-schemas.ts';

export const people = {
  automation: '712020:00000000-0000-4000-8000-000000000001',
  ada: '5b10a2844c20165700ede21g',
  grace: '5b10ac8d82e05b22cc7d4ef5',
};

export interface ToolAnswer<T> {
  readonly isError: boolean;
  readonly output: T;
  readonly text: string;
  readonly code: string | undefined;
  readonly details: Record<string, unknown>;
}

export interface JiraHarness extends AsyncDisposable {
  readonly jira: JiraEmulator;
  readonly client: Client;
  /** What the Jira server waited for, in ms; time passes only by these waits. */
  readonly waits: number[];
  readonly spec: ReturnType<typeof createJiraServer>;
  call<T = Record<string, unknown>>(tool: string, input: Record<string, unknown>): Promise<ToolAnswer<T>>;
  upload(input: Record<string, unknown>): Promise<UploadOutput>;
  /** Requests of a kind that reached the emulator, as "METHOD path". */
  sent(method: string, path: string): JiraEmulator['requests'];
}

export interface HarnessOptions {
  readonly searchLagMs?: number;
  readonly seed?: JiraSeed;
  readonly server?: Partial<JiraServerOptions>;
}

/** A real emulated site over HTTP, our server, and the official MCP client; the clock of both sides moves by waiting. */
export async function startJiraHarness(options: HarnessOptions = {}): Promise<JiraHarness> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jira-'));
  let nowMs = Date.UTC(2026, 10, 24);
  const waits: number[] = [];
  const jira = await startJiraEmulator({
    dataDir,
    now: () => nowMs,
    ...(options.searchLagMs === undefined ? {} : { searchLagMs: options.searchLagMs }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const spec = createJiraServer({
    baseUrl: jira.url,
    ...jira.credentials,
    clock: { now: () => nowMs },
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
    random: () => 0.5,
    ...options.server,
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(connectInProcess(spec));

  const call = async <T>(tool: string, input: Record<string, unknown>): Promise<ToolAnswer<T>> => {
    const result = await client.callTool({ name: tool, arguments: input });
    const error = (result._meta?.['hitl-mcp/error'] ?? {}) as {
      code?: string;
      details?: Record<string, unknown>;
    };
    const content = result.content as { text?: string }[];
    return {
      isError: result.isError === true,
      output: result.structuredContent as T,
      text: content.map(({ text }) => text ?? '').join('\n'),
      code: error.code,
      details: error.details ?? {},
    };
  };
  return {
    jira,
    client,
    waits,
    spec,
    call,
    async upload(input) {
      const answer = await call<UploadOutput>('bulk_issue_upload', input);
      if (answer.isError) throw new Error(answer.text);
      return answer.output;
    },
    sent: (method, path) =>
      jira.requests.filter((request) => request.method === method && request.path === path),
    async [Symbol.asyncDispose]() {
      await client.close();
      await jira.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What the site holds, asked past our server. */
export async function readSite<T>(jira: JiraEmulator, path: string, body?: unknown): Promise<T> {
  const { email, apiToken } = jira.credentials;
  const response = await fetch(`${jira.url}${path}`, {
    headers: {
      authorization: `Basic ${Buffer.from(`${email}:${apiToken}`).toString('base64')}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export interface SiteIssue {
  readonly id: string;
  readonly key: string;
  readonly fields: Record<string, unknown> & { readonly summary: string; readonly labels: string[] };
}

/** All issues of a project by key: read directly, so that the search lag doesn't hide any. */
export async function issuesOf(jira: JiraEmulator, projectKey: string, upTo = 600): Promise<SiteIssue[]> {
  const issues: SiteIssue[] = [];
  for (let from = 1; from <= upTo; from += 100) {
    const page = await readSite<{ issues: SiteIssue[] }>(jira, '/rest/api/3/issue/bulkfetch', {
      issueIdsOrKeys: Array.from({ length: 100 }, (_, index) => `${projectKey}-${from + index}`),
      fields: ['*all'],
    });
    issues.push(...page.issues);
    if (page.issues.length === 0) break;
  }
  return issues;
}
