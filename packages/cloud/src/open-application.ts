import { randomUUID } from 'node:crypto';
import { createToolPins, type RequestDeps, recordPolicy } from '@hitl/application';
import { createDynamoDirectory, createDynamoRunFeed, type DynamoRunFeed } from '@hitl/aws';
import { createIdGenerator, systemClock, type TaskCallback } from '@hitl/core';
import { loadEnv } from '@hitl/lambda';
import { createShortTermMemory } from '@hitl/memory';
import { createCloudTools } from './create-cloud-tools.ts';
import type { FunctionRuntime } from './create-function.ts';
import { createHandOverNotifier, type HandOver } from './hand-over-notifier.ts';
import { loadPolicy } from './load-policy.ts';
import { openHandOver } from './open-hand-over.ts';
import { type CloudStores, openStores } from './open-stores.ts';
import { openWorkflow } from './open-workflow.ts';

export interface CloudApplication {
  readonly deps: RequestDeps;
  readonly stores: CloudStores;
  /** Answers the tokens of the state machine's steps. */
  readonly tasks: TaskCallback;
  /** Flushed before an invocation ends, or what was published last is late. */
  readonly feed: DynamoRunFeed;
  /** Has the people of a run told, outside of this function. */
  readonly handOver: HandOver;
  /** Notes the policy in force in the record, once per process; called again until it stands there. */
  readonly ensurePolicyRecorded: () => Promise<void>;
}

const toolTimeoutMs = 25_000;

/** Everything that the use cases touch, as the environment says; all that costs time is done when it is needed. */
export async function openApplication(runtime: FunctionRuntime): Promise<CloudApplication> {
  const { name, environment, region, logger, background } = runtime;
  const policy = await loadPolicy();
  const stores = openStores(runtime);
  const { DIRECTORY_TABLE, COORDINATION_TABLE } = loadEnv({
    required: ['DIRECTORY_TABLE', 'COORDINATION_TABLE'],
  });
  const { client, auditLog: log } = stores;
  const { engine, tasks } = openWorkflow({ region, approvals: stores.approvals });
  const feed = createDynamoRunFeed({
    client,
    tableName: COORDINATION_TABLE,
    onError: (error) => logger.warn('live events were lost', { error }),
  });
  const handOver = openHandOver(region);
  const deps: RequestDeps = {
    log,
    blobs: stores.blobs,
    repository: stores.repository,
    runs: stores.runs,
    approvals: stores.approvals,
    grants: stores.grants,
    callHistory: stores.callHistory,
    memory: createShortTermMemory({ store: stores.memory, clock: systemClock }),
    directory: createDynamoDirectory({ client, tableName: DIRECTORY_TABLE }),
    tools: createCloudTools({ region, pins: createToolPins(log), logger }),
    workflow: engine,
    notifiers: [createHandOverNotifier(handOver)],
    background,
    policy: () => policy.engine,
    publish: (runId, event) => feed.publish(runId, event),
    clock: systemClock,
    ids: createIdGenerator(systemClock),
    logger,
    environment,
    settings: {
      workerId: `${name}-${randomUUID()}`,
      // Nobody can ask another invocation whether it lives: until its lease is over it may be acting.
      isWorkerAlive: (_owner, leaseExpiresAtMs) => systemClock.now() < leaseExpiresAtMs,
      toolTimeoutMs,
      previewTimeoutMs: 10_000,
      defaultExecutionTimeoutSeconds: 300,
      maxSteps: 12,
      maxCallsPerStep: 32,
      toolOutputTokens: 4000,
    },
  };
  let recorded: Promise<void> | undefined;
  return {
    deps,
    stores,
    tasks,
    feed,
    handOver,
    ensurePolicyRecorded() {
      recorded ??= recordPolicy(deps, policy.engine, policy.source).catch((error: unknown) => {
        recorded = undefined;
        throw error;
      });
      return recorded;
    },
  };
}
