import { type ApplicationDeps, advanceRun } from '@hitl/application';
import { exportLog, verifyLog } from '@hitl/audit';
import { type AuditEntry, type JsonObject, UnauthenticatedError } from '@hitl/core';
import { createMemoryWorkflowEngine } from '@hitl/testing';
import { people, World, type WorldOptions } from '../../../packages/application/test/world.ts';
import { createRunFeed } from '../../../packages/local/src/run-feed/create-run-feed.ts';
import { type ApiDeps, createApi } from '../src/index.ts';
import { type Answer, checkAgainstDescription } from './check-against-description.ts';

export const suspendJane = [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }] as const;
export const lookUpJane = [{ calls: [['dir__get', { user: 'jane' }]] }, { text: 'Jane it is.' }] as const;
export const makeJaneAdmin = [
  { calls: [['dir__grant', { user: 'jane', role: 'admin' }]] },
  { text: 'Done.' },
] as const;

/** `operator` holds the token that may speak for anybody, everybody else their own, `nobody` none. */
export type Who = 'operator' | 'nobody' | (typeof people)[number]['id'] | 'stranger';

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: BodyInit;
  readonly headers?: Record<string, string>;
}

/** The API over in-memory ports, with a workflow that runs by itself. Every answer is checked against the API's description. */
export function openApi(
  options: Partial<WorldOptions> & { readonly change?: (deps: ApiDeps) => Partial<ApiDeps> } = {},
) {
  const { change, ...worldOptions } = options;
  const world = new World({ answers: suspendJane, ...worldOptions });
  const feed = createRunFeed();
  const engine = createMemoryWorkflowEngine(
    async (runId) => (await advanceRun(deps, runId, new AbortController().signal)).run.status,
  );
  const logged: { message: string; facts: unknown }[] = [];
  const log = (message: string, facts?: unknown) => void logged.push({ message, facts });
  const base: ApiDeps & ApplicationDeps = {
    ...world.deps,
    workflow: engine,
    publish: (runId, event) => feed.publish(runId, event),
    subscribe: (runId, signal) => feed.subscribe(runId, signal),
    logger: { info: log, warn: log, error: log },
    authenticate,
    version: '0.1.0',
    healthChecks: { store: async () => {} },
    verifyAudit: (expectedHead) => verifyLog({ ...world.deps, expectedHead }),
    exportAudit: () => exportLog(world.deps),
  };
  const deps: ApiDeps & ApplicationDeps = { ...base, ...change?.(base) };
  const app = createApi(deps);

  const send = async (who: Who, route: string, { body, raw, headers = {} }: CallOptions = {}) => {
    const [method = '', path = ''] = route.split(' ');
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return app.fetch(
      new Request(`http://api.test${path}`, {
        method,
        headers: { ...(who === 'nobody' ? {} : { authorization: `Bearer ${who}` }), ...headers },
        ...(content === undefined ? {} : { body: content, duplex: 'half' }),
      } as RequestInit),
    );
  };
  const call = async (who: Who, route: string, callOptions: CallOptions = {}): Promise<Answer> => {
    const response = await send(who, route, callOptions);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && !response.headers.get('content-type')?.includes('ndjson') ? JSON.parse(text) : {},
    };
    checkAgainstDescription(route, answer);
    return answer;
  };
  /** Asks, waits until the run rests, and gives the run as the API shows it then. */
  const ask = async (who: Who, query: string): Promise<JsonObject> => {
    const { status, body, text } = await call(who, 'POST /agent/run', { body: { query } });
    if (status !== 202) throw new Error(text);
    await engine.quiesce();
    return (await call(who, `GET /agent/runs/${String(body.run_id)}`)).body;
  };
  /** The only pending approval request. */
  const pending = async (): Promise<{ approval_id: string; digest: string } & JsonObject> => {
    const { body } = await call('carol', 'GET /approvals');
    const [item] = body.items as JsonObject[];
    return item as { approval_id: string; digest: string } & JsonObject;
  };
  const record = async (): Promise<AuditEntry[]> => {
    const entries: AuditEntry[] = [];
    for await (const entry of world.deps.log.readAll()) entries.push(entry);
    return entries;
  };
  return { world, deps, feed, engine, logged, send, call, ask, pending, record };
}

async function authenticate(request: Request) {
  const name = /^Bearer (\w+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  if (name === 'operator') return { assurance: 'asserted', channel: 'api' } as const;
  if (name === undefined || !(name === 'stranger' || people.some(({ id }) => id === name)))
    throw new UnauthenticatedError('this token is not one of this stack');
  return { principalId: name, assurance: 'authenticated', channel: 'api' } as const;
}
