import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '@hitl/core';

export interface StoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

export interface ClockedStoreOptions extends StoreOptions {
  readonly clock?: Clock;
}
