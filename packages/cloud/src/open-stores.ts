import { createRunRepository, type RunRepository } from '@hitl/application';
import { createDynamoClient, createDynamoStores, type DynamoStores } from '@hitl/aws';
import { systemClock } from '@hitl/core';
import { loadEnv } from '@hitl/lambda';
import type { FunctionRuntime } from './create-function.ts';
import { createMeteredRepository } from './metered-repository.ts';

export interface CloudStores extends DynamoStores {
  readonly repository: RunRepository;
  readonly client: ReturnType<typeof createDynamoClient>;
}

/** The stores on the environment's tables, and the runs whose changes are counted. */
export function openStores({ region, metrics }: Pick<FunctionRuntime, 'region' | 'metrics'>): CloudStores {
  const tables = loadEnv({
    required: [
      'RUNS_TABLE',
      'APPROVALS_TABLE',
      'AUDIT_TABLE',
      'BLOBS_TABLE',
      'SLACK_SESSIONS_TABLE',
      'COORDINATION_TABLE',
      'DIRECTORY_TABLE',
    ],
  });
  const client = createDynamoClient({ region });
  const stores = createDynamoStores({
    client,
    tableNames: {
      runs: tables.RUNS_TABLE,
      approvals: tables.APPROVALS_TABLE,
      audit: tables.AUDIT_TABLE,
      blobs: tables.BLOBS_TABLE,
      slack_sessions: tables.SLACK_SESSIONS_TABLE,
      coordination: tables.COORDINATION_TABLE,
      directory: tables.DIRECTORY_TABLE,
    },
    clock: systemClock,
  });
  const { auditLog: log, runs, approvals } = stores;
  const repository = createMeteredRepository(
    createRunRepository({ log, runs, approvals, clock: systemClock }),
    metrics,
    systemClock,
  );
  return { ...stores, repository, client };
}
