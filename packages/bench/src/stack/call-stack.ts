import type { BenchSite } from './bench-stack-site.ts';

type Address = Pick<BenchSite, 'url' | 'token'>;

/** One request to the stack's HTTP API. @throws when the answer is not a success. */
export async function callStack<T>(
  { url, token }: Address,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** Asks for something and watches the run until it rests (it finished, or waits for people). */
export async function askStack({ url, token }: Address, query: string): Promise<void> {
  const response = await fetch(`${url}/agent/run`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ user_id: 'alice', query }),
  });
  if (!response.ok) throw new Error(`POST /agent/run: ${response.status} ${await response.text()}`);
  await response.text();
}

export interface PendingApproval {
  readonly approval_id: string;
  readonly run_id: string;
  readonly query: string;
  readonly digest: string;
}

/** The first page of what waits for people. */
export async function listPending(site: Address, limit = 20): Promise<readonly PendingApproval[]> {
  const page = await callStack<{ items: PendingApproval[] }>(
    site,
    'GET',
    `/approvals?status=pending&limit=${limit}`,
  );
  return page.items;
}
