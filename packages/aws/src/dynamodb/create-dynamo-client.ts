import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface DynamoClientOptions {
  readonly region: string;
  /** Where DynamoDB's protocol is spoken, when not by AWS, e.g. `http://127.0.0.1:8000`. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Of one attempt. */
  readonly requestTimeoutMs?: number;
  /** Attempts with back-off for throttling, server errors and lost connections. */
  readonly maxAttempts?: number;
}

/** The client that all stores share. */
export function createDynamoClient(options: DynamoClientOptions): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    maxAttempts: options.maxAttempts ?? 5,
    // The SDK's own default is to wait for ever; an answer after seconds is as good as lost.
    requestHandler: { connectionTimeout: 2000, requestTimeout: options.requestTimeoutMs ?? 5000 },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
