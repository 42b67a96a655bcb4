import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoStores, directoryKey } from '@hitl/aws';
import type { JsonObject, JsonValue } from '@hitl/core';
import { createBuiltinServers, createLocalWorkflowEngine, type LocalWorkflowEngine } from '@hitl/local';
import { serveHttp } from '@hitl/mcp-server';
import { createWorkflowDefinition } from '@hitl/workflow';
import { startDynalite } from '../../aws/test/start-dynalite.ts';
import { named, startAwsFront } from './aws-front.ts';
import type { bundledFunctions } from './bundle-functions.ts';

type Name = (typeof bundledFunctions)[number];
type Handler = (event: unknown, context?: object) => Promise<unknown>;

export interface CloudOptions {
  /** Where the bundles are. */
  readonly bundles: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of the secret that the MCP servers' token is in; default: the right token. */
  readonly mcpSecret?: string;
  /** What an invocation of a function has, in milliseconds. Default 30 s. */
  readonly functionMs?: number;
  /** The app's secret, and who plays Slack: whatever is sent to slack.com goes there. */
  readonly slack?: { readonly url: string; readonly secret: JsonObject };
}

const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:dev-hitl-workflow';
const mcpToken = ['mcp', 'token', 'of', 'the', 'test'].join('-');
let generation = 0;

/** The deployed functions' bundles on one machine: real state machine, real tables' protocol, real MCP over HTTP with a bearer. */
export async function openCloud(options: CloudOptions) {
  const closers: (() => unknown)[] = [];
  const dataDir = await mkdtemp(join(tmpdir(), 'hitl-cloud-'));
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  const dynalite = await startDynalite();
  closers.push(() => dynalite.close());
  const client = dynalite.connect();
  closers.push(() => client.destroy());
  const tables = await dynalite.createTables(client);

  const builtins = await createBuiltinServers({ env: {}, dataDir });
  closers.push(() => builtins.close());
  const mcp = await serveHttp(builtins.specs.google, { port: 0, authToken: mcpToken });
  closers.push(() => mcp.close());

  const lines: string[] = [];
  const write = (original: typeof process.stdout.write) =>
    ((chunk: string | Uint8Array, ...rest: never[]) => {
      const text = String(chunk);
      if (!text.startsWith('{')) return original(chunk, ...rest);
      lines.push(...text.trim().split('\n'));
      return true;
    }) as typeof process.stdout.write;
  for (const stream of [process.stdout, process.stderr]) {
    const original = stream.write;
    stream.write = write(original.bind(stream));
    closers.push(() => {
      stream.write = original;
    });
  }

  // A query of its own: each world has its own processes, as far as the modules know.
  const handlers = new Map<Name, Promise<Handler>>();
  const handlerOf = (name: Name): Promise<Handler> => {
    const load = async () => {
      const url = `${pathToFileURL(join(options.bundles, `${name}.mjs`))}?${generation}`;
      return ((await import(url)) as { handler: Handler }).handler;
    };
    const loading = handlers.get(name) ?? load();
    handlers.set(name, loading);
    return loading;
  };
  const invoked: Promise<unknown>[] = [];
  const payloads: { readonly what: string; readonly bytes: number }[] = [];
  const weigh = (what: string, value: unknown) =>
    payloads.push({ what, bytes: Buffer.byteLength(JSON.stringify(value) ?? '') });
  const invoke = async (name: Name, event: unknown): Promise<JsonValue> => {
    weigh(`input of ${name}`, event);
    const until = Date.now() + (options.functionMs ?? 30_000);
    const handler = await handlerOf(name);
    const result = await handler(event, {
      awsRequestId: `request-${invoked.length}`,
      getRemainingTimeInMillis: () => Math.max(0, until - Date.now()),
    });
    weigh(`output of ${name}`, result);
    return JSON.parse(JSON.stringify(result ?? null)) as JsonValue;
  };

  const tokens = new Map<string, string>();
  const executions = new Map<string, { input: string; status: string; output?: string }>();
  const stores = createDynamoStores({ client, tableNames: tables });
  const engine: LocalWorkflowEngine = createLocalWorkflowEngine({
    definition: createWorkflowDefinition({
      advanceFunction: 'advance',
      expireFunction: 'expire-approval',
      approvalTimeoutSeconds: 600,
    }),
    functions: {
      advance: async (event) => {
        tokens.set((event as { task_token: string }).task_token, 'waiting');
        return invoke('advance', event);
      },
      'expire-approval': (event) => invoke('expire-approval', event),
    },
    getTaskToken: (runId) => stores.approvals.getTaskToken(runId),
  });
  closers.push(() => engine.close());
  const startExecution = (name: string, input: string) => {
    const known = executions.get(name);
    if (known !== undefined) {
      if (known.status === 'RUNNING' && known.input === input) return;
      throw named('ExecutionAlreadyExists');
    }
    weigh('input of an execution', input);
    const execution: { input: string; status: string; output?: string } = { input, status: 'RUNNING' };
    executions.set(name, execution);
    engine.startExecution(JSON.parse(input)).result.then(
      (output) => {
        execution.status = output === undefined ? 'ABORTED' : 'SUCCEEDED';
        execution.output = JSON.stringify(output);
      },
      () => {
        execution.status = 'FAILED';
      },
    );
  };
  const events: { readonly DetailType: string; readonly Detail: string }[] = [];
  const putOff: { readonly queue: string; readonly seconds: number }[] = [];
  const jobs: {
    readonly queue: string;
    readonly group: unknown;
    readonly id: unknown;
    readonly body: JsonObject;
  }[] = [];
  const front = await startAwsFront({
    dynamoUrl: dynalite.endpoint,
    calls: {
      'stepfunctions.StartExecution': ({ name, input }) => {
        startExecution(String(name), String(input));
        return { executionArn: `${machine}:${String(name)}`, startDate: 0 };
      },
      'stepfunctions.DescribeExecution': ({ executionArn }) => {
        const execution = executions.get(String(executionArn).split(':').at(-1) ?? '');
        if (execution === undefined) throw named('ExecutionDoesNotExist');
        return { executionArn, stateMachineArn: machine, status: execution.status, startDate: 0 };
      },
      'stepfunctions.SendTaskSuccess': async ({ taskToken, output }) => {
        const token = String(taskToken);
        if (tokens.get(token) !== 'waiting') throw named('TaskTimedOut');
        tokens.set(token, 'answered');
        weigh('output of a task', String(output));
        await engine.tasks.succeed(token, JSON.parse(String(output)) as JsonObject);
        return {};
      },
      'secretsmanager.GetSecretValue': ({ SecretId }) => {
        if (SecretId === 'agentcore-dev/slack' && options.slack !== undefined)
          return { Name: SecretId, SecretString: JSON.stringify(options.slack.secret) };
        const secret = options.mcpSecret ?? JSON.stringify({ auth_token: mcpToken });
        if (SecretId !== 'agentcore-dev/mcp' || secret === '') throw named('ResourceNotFoundException');
        return { Name: SecretId, SecretString: secret };
      },
      'amazonsqs.SendMessage': ({ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId }) => {
        const text = String(MessageBody);
        jobs.push({
          queue: String(QueueUrl).split('/').at(-1) ?? '',
          group: MessageGroupId,
          id: MessageDeduplicationId,
          body: JSON.parse(text) as JsonObject,
        });
        return { MessageId: '1', MD5OfMessageBody: createHash('md5').update(text).digest('hex') };
      },
      'amazonsqs.ChangeMessageVisibility': ({ QueueUrl, VisibilityTimeout }) => {
        putOff.push({ queue: String(QueueUrl).split('/').at(-1) ?? '', seconds: Number(VisibilityTimeout) });
        return {};
      },
      'events.PutEvents': ({ Entries }) => {
        events.push(...(Entries as { DetailType: string; Detail: string }[]));
        return { FailedEntryCount: 0, Entries: [{ EventId: '1' }] };
      },
    },
    invoke: (name, event) => {
      if (name !== 'dev_hitl_approval') throw new Error(`there is no function ${name}`);
      invoked.push(invoke('request-approval', event));
    },
  });
  closers.push(() => front.close());
  if (options.slack !== undefined) closers.push(reachSlackAt(options.slack.url));

  const before = { ...process.env };
  closers.push(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: front.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynalite.endpoint,
    ENVIRONMENT: 'dev',
    LOG_LEVEL: 'debug',
    LOG_EXECUTION_DATA: '1',
    APPROVAL_SFN_ARN: machine,
    MODEL_ID: 'offline-planner',
    RUNS_TABLE: tables.runs,
    APPROVALS_TABLE: tables.approvals,
    AUDIT_TABLE: tables.audit,
    BLOBS_TABLE: tables.blobs,
    SLACK_SESSIONS_TABLE: tables.slack_sessions,
    COORDINATION_TABLE: tables.coordination,
    DIRECTORY_TABLE: tables.directory,
    REQUEST_APPROVAL_FUNCTION: 'dev_hitl_approval',
    MCP_SERVERS: `google=${mcp.url}`,
    MCP_SHIPPED: 'google',
    MCP_SECRETS_NAME: 'agentcore-dev/mcp',
    SNS_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:dev-hitl',
    EVENT_BUS_NAME: 'dev-agentcore',
    SLACK_QUEUE_URL: `${front.url}/123456789012/dev-slack.fifo`,
    SLACK_ACTIONS_QUEUE_URL: `${front.url}/123456789012/dev-slack-actions.fifo`,
    SLACK_SECRETS_NAME: 'agentcore-dev/slack',
    NOTIFICATION_SECRETS_NAME: 'agentcore-dev/notifications',
    PUBLIC_URL: 'https://hitl.example.com',
    ...options.env,
  });
  generation += 1;

  let directoryVersion = 0;
  const setDirectory = async (principals: readonly JsonObject[]): Promise<void> => {
    directoryVersion += 1;
    const document = JSON.stringify({ version: 1, principals });
    const Item = { pk: directoryKey, version: directoryVersion, document };
    await client.send(new PutCommand({ TableName: tables.directory, Item }));
  };
  await setDirectory(people);

  return {
    client,
    tables,
    stores,
    invoke,
    engine,
    events,
    jobs,
    putOff,
    lines,
    payloads,
    topic: front.published,
    mcpToken,
    tokens,
    setDirectory,
    execution: (name: string) => executions.get(name),
    startExecution,
    /** Loses every execution, as a stop by hand does: their tokens are no good any more. */
    forgetExecutions() {
      for (const execution of executions.values())
        if (execution.status === 'RUNNING') execution.status = 'ABORTED';
      for (const token of tokens.keys()) tokens.set(token, 'lost');
    },
    /** Until every execution has ended or waits, and everybody was told. */
    async settle() {
      await engine.idle();
      for (let told = -1; told < invoked.length; ) {
        told = invoked.length;
        await Promise.all(invoked);
      }
      await engine.idle();
    },
    metrics: () => lines.map((line) => JSON.parse(line) as JsonObject).filter((line) => '_aws' in line),
    async close() {
      for (const closer of closers.splice(0).reverse()) await closer();
    },
  };
}

/** Stands where the network would: what goes to slack.com arrives at `url`. Returns what takes it back. */
function reachSlackAt(url: string): () => void {
  const { fetch: own } = globalThis;
  globalThis.fetch = (input, init) => {
    const target = new URL(input instanceof Request ? input.url : input);
    return own(
      target.hostname === 'slack.com' ? new URL(`${target.pathname}${target.search}`, url) : input,
      init,
    );
  };
  return () => {
    globalThis.fetch = own;
  };
}

export const account = 'arn:aws:iam::123456789012';
export const people: readonly JsonObject[] = [
  { id: 'alice', groups: ['employees'], links: [`aws:${account}:user/alice`] },
  {
    id: 'carol',
    groups: ['employees', 'security', 'it-operations'],
    links: [`aws:${account}:user/carol`, 'oidc:https://id.example.com#carol-1'],
  },
  { id: 'ops-bot', kind: 'service', groups: ['operators'], links: [`aws:${account}:role/Operators`] },
  { id: 'report-bot', kind: 'service', links: [`aws:${account}:role/Reports`] },
];

/** An event of the HTTP API, as the gateway makes it for a signed request of that caller. */
export function httpEvent(
  route: string,
  options: {
    readonly by?: string;
    readonly claims?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    readonly query?: string;
  } = {},
) {
  const [method = '', path = ''] = route.split(' ');
  const { by, claims, body } = options;
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: options.query ?? '',
    headers: {
      host: 'abc.execute-api.eu-central-1.amazonaws.com',
      'content-type': 'application/json',
      ...options.headers,
    },
    requestContext: {
      accountId: '123456789012',
      domainName: 'abc.execute-api.eu-central-1.amazonaws.com',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'test' },
      ...(by === undefined ? {} : { authorizer: { iam: { userArn: by, accountId: '123456789012' } } }),
      ...(claims === undefined ? {} : { authorizer: { jwt: { claims, scopes: null } } }),
    },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)).toString('base64') }),
    isBase64Encoded: body !== undefined,
  };
}
