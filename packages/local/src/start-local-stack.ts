import { randomUUID } from 'node:crypto';
import { createAdvanceHandler } from '@hitl/advance';
import { type ApiDeps, createApi } from '@hitl/api';
import {
  type ApplicationDeps,
  createRunRepository,
  createToolPins,
  recordPolicy,
  recoverRuns,
  recoverWaitingRuns,
} from '@hitl/application';
import { exportLog, verifyLog } from '@hitl/audit';
import { createDynamoStores } from '@hitl/aws';
import { createPageSessions } from '@hitl/coordination';
import { approvalPagePaths, createIdGenerator, signOutPath, systemClock } from '@hitl/core';
import { createExpireApprovalHandler } from '@hitl/expire-approval';
import { createLogger, type Logger } from '@hitl/lambda';
import { createShortTermMemory } from '@hitl/memory';
import { createNotifiersFromConfig } from '@hitl/notifications';
import { createRequestApprovalHandler } from '@hitl/request-approval';
import { createWorkflowDefinition } from '@hitl/workflow';
import { createLocalAuthenticate } from './authenticate-local.ts';
import { createBuiltinServers } from './builtin-servers.ts';
import { createLocalTools } from './create-local-tools.ts';
import { createModel } from './create-model.ts';
import { apiTokenPath, ensureApiToken } from './data-dir/ensure-api-token.ts';
import { ensurePersonTokens } from './data-dir/ensure-person-tokens.ts';
import { announceStack } from './data-dir/stack-info.ts';
import { openLocalDirectory } from './directory/open-local-directory.ts';
import { openEmbeddedDynamo } from './dynamodb/open-embedded-dynamo.ts';
import { keepHeapSmall } from './keep-heap-small.ts';
import { listenOn } from './listen-on.ts';
import { loadLocalEnv } from './local-env.ts';
import { openLocalPolicy } from './open-local-policy.ts';
import { createRunFeed } from './run-feed/create-run-feed.ts';
import { type LocalSlack, openLocalSlack, type SlackPeer } from './slack/open-local-slack.ts';
import { startTimers } from './start-timers.ts';
import { createLocalWorkflowEngine } from './workflow/create-local-workflow-engine.ts';

export interface LocalStackOptions {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Listens on 127.0.0.1; without it the stack is reached through `fetch` only. Port 0 lets the system choose. */
  readonly listen?: { readonly port: number };
  readonly logger?: Logger;
  /** Slack elsewhere than at Slack. */
  readonly slackPeer?: SlackPeer;
}

export interface LocalStack {
  readonly fetch: (request: Request) => Promise<Response>;
  /** The operator's bearer token. */
  readonly token: string;
  readonly tokenPath: string;
  /** Where it listens, if it does. */
  readonly url?: string;
  readonly deps: ApiDeps & ApplicationDeps;
  readonly policySource: string;
  /** For people: what each MCP server is, and who is in the directory. */
  readonly serverLines: readonly string[];
  readonly peopleLine: string;
  /** Resolves when no run moves by itself any more. */
  idle(): Promise<void>;
  /** Stops what runs, waits for what must not be torn, and gives the data directory back. */
  close(): Promise<void>;
}

const version = '0.1.0';
/** The state machine's own bound on one wait; the sweep acts much earlier, on what each policy says. */
const approvalTimeoutSeconds = 14 * 86_400;

/** A call under way when the stack stops may end by itself; shorter than what the engine waits for its functions. */
const stopGraceMs = 4000;

/** The whole system in this process, on what is stored under `dataDir`. Runs that were acting when the last process died go on. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const env = loadLocalEnv(options.env);
  if (options.listen !== undefined) keepHeapSmall();
  const logger = options.logger ?? createLogger({ level: env.LOG_LEVEL ?? 'warn' });
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const policy = await openLocalPolicy(env.POLICY_PATH);
    const { model, modelId } = createModel(env);
    const dynamo = await openEmbeddedDynamo({ dataDir: options.dataDir });
    closers.push(() => dynamo.close());
    const stores = createDynamoStores({
      client: dynamo.client,
      tableNames: dynamo.tableNames,
      clock: systemClock,
    });
    const directory = await openLocalDirectory({ dataDir: dynamo.dataDir, path: env.DIRECTORY_PATH });
    const people = await directory.list();
    const token = await ensureApiToken({ dataDir: dynamo.dataDir });
    const personTokens = await ensurePersonTokens({
      dataDir: dynamo.dataDir,
      ids: people.filter((entry) => entry.kind === 'user').map((entry) => entry.id),
    });
    const builtins = await createBuiltinServers({ env, dataDir: dynamo.dataDir });
    closers.push(() => builtins.close());
    const tools = createLocalTools({ env, builtins, pins: createToolPins(stores.auditLog), logger });
    closers.push(() => tools.source.close());
    const feed = createRunFeed();
    const slack = await openLocalSlack({
      env,
      items: stores.items,
      sessions: stores.sessions,
      clock: systemClock,
      logger,
      ...(options.slackPeer === undefined ? {} : { peer: options.slackPeer }),
    });
    const webhooks = createNotifiersFromConfig(
      {
        teams_webhook_url: env.TEAMS_WEBHOOK_URL,
        slack_webhook_url: env.SLACK_WEBHOOK_URL,
        public_url: env.PUBLIC_URL,
        approval_page_path: env.APPROVAL_PAGE_PATH,
      },
      { told: stores.items },
    );
    const background = new Set<Promise<void>>();
    const workerId = `local-${process.pid}-${randomUUID()}`;

    const engine = createLocalWorkflowEngine({
      definition: createWorkflowDefinition({
        advanceFunction: 'advance',
        expireFunction: 'expire-approval',
        approvalTimeoutSeconds,
      }),
      functions: {
        advance: (event, signal) => advance(event, signal),
        'expire-approval': (event) => expire(event),
      },
      getTaskToken: (runId) => stores.approvals.getTaskToken(runId),
      logger,
    });
    closers.push(() => engine.close());

    const deps: ApplicationDeps = {
      log: stores.auditLog,
      blobs: stores.blobs,
      repository: createRunRepository({
        log: stores.auditLog,
        runs: stores.runs,
        approvals: stores.approvals,
        clock: systemClock,
      }),
      runs: stores.runs,
      approvals: stores.approvals,
      grants: stores.grants,
      callHistory: stores.callHistory,
      memory: createShortTermMemory({ store: stores.memory, clock: systemClock }),
      directory,
      tools: tools.source,
      workflow: engine,
      notifiers: [...webhooks, ...(slack === undefined ? [] : [slack.notifier])],
      background: (task) => {
        const watched = task
          .catch((error: unknown) => logger.error('background work failed', { error: String(error) }))
          .finally(() => background.delete(watched));
        background.add(watched);
      },
      policy: policy.current,
      model,
      modelId,
      publish: (runId, event) => feed.publish(runId, event),
      clock: systemClock,
      ids: createIdGenerator(systemClock),
      logger,
      environment: env.ENVIRONMENT ?? 'dev',
      settings: {
        workerId,
        // The data directory is held by one process: whatever another worker claimed, it is gone.
        isWorkerAlive: (owner) => owner === workerId,
        toolTimeoutMs: 60_000,
        stopGraceMs,
        previewTimeoutMs: 20_000,
        defaultExecutionTimeoutSeconds: 300,
        maxSteps: 12,
        maxCallsPerStep: 32,
        toolOutputTokens: 4000,
      },
    };
    const requestApproval = createRequestApprovalHandler(deps);
    const steps = { ...deps, logsExecutionData: env.LOG_EXECUTION_DATA ?? true };
    const advance = createAdvanceHandler({
      ...steps,
      tasks: engine.tasks,
      requestApproval: async (runId) => {
        // A channel that can't be told is in the log; it must not end the step.
        await requestApproval({ run_id: runId }).catch(() => undefined);
      },
    });
    const expire = createExpireApprovalHandler(steps);
    const audit = { log: stores.auditLog, blobs: stores.blobs };
    const apiDeps: ApiDeps & ApplicationDeps = {
      ...deps,
      authenticate: createLocalAuthenticate({ operator: token, people: personTokens }),
      ...(slack?.canSignIn === true ? { pageSessions: createPageSessions(stores.items) } : {}),
      version,
      subscribe: (runId, signal) => feed.subscribe(runId, signal),
      healthChecks: {
        store: async () => void (await stores.runs.list({ limit: 1 })),
        record: async () => void (await stores.auditLog.head('checkpoints')),
      },
      verifyAudit: (expectedHead) => verifyLog({ ...audit, expectedHead }),
      exportAudit: () => exportLog(audit),
    };
    const app = createApi(apiDeps);
    const fetch = async (request: Request): Promise<Response> =>
      slack?.paths.has(new URL(request.url).pathname) === true ? slack.fetch(request) : app.fetch(request);

    await recordPolicy(deps, policy.current(), policy.source);
    closers.push(startTimers({ deps, audit, policy, expire, logger }));
    const server =
      options.listen === undefined
        ? undefined
        : await listenOn(fetch, options.listen.port, (path) => provesItself(path, slack));
    if (server !== undefined) {
      closers.push(() => server.close());
      await announceStack(dynamo.dataDir, { url: server.url });
    }
    await recoverRuns(deps);
    closers.push(lookAfterWaiting(deps, logger));
    if (slack !== undefined) {
      closers.push(() => slack.close());
      await slack.start(deps, feed);
    }
    const idle = async (): Promise<void> => {
      await engine.idle();
      while (background.size > 0) {
        await Promise.all(background);
        await engine.idle();
      }
      if (slack === undefined || slack.isIdle()) return;
      await slack.idle();
      // What was done in Slack may move runs.
      await idle();
    };
    return {
      fetch,
      token,
      tokenPath: apiTokenPath(dynamo.dataDir),
      ...(server === undefined ? {} : { url: server.url }),
      deps: apiDeps,
      policySource: policy.source,
      serverLines: tools.lines,
      peopleLine: people.map((entry) => `${entry.id} (${entry.groups.join(', ') || 'no group'})`).join(' · '),
      idle,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Whose callers prove themselves whatever name they come under, such as a tunnel's: Slack by its signature, browsers by a cookie
 * that their page's own host alone can have set.
 */
function provesItself(path: string, slack: LocalSlack | undefined): boolean {
  if (slack === undefined) return false;
  const isPage = path === signOutPath || path.startsWith(`${approvalPagePaths.slack}/`);
  return slack.paths.has(path) || (slack.canSignIn && isPage);
}

/** Beside the work, since there may be thousands. Returns what stops it. */
function lookAfterWaiting(deps: ApplicationDeps, logger: Logger): () => Promise<void> {
  const stopping = new AbortController();
  const done = recoverWaitingRuns(deps, stopping.signal).catch((error: unknown) =>
    logger.error('waiting runs could not be looked after', { error: String(error) }),
  );
  return async () => {
    stopping.abort();
    await done;
  };
}
