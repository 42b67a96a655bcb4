import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoClient, type DynamoClientOptions } from '../src/dynamodb/create-dynamo-client.ts';
import { createTables } from '../src/dynamodb/create-tables.ts';
import { type TableNames, tableRoles } from '../src/dynamodb/tables.ts';

// dynalite ships no types.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: {
  path?: string;
  createTableMs: number;
  deleteTableMs: number;
  updateTableMs: number;
}) => Server;

export interface RunningDynalite {
  readonly endpoint: string;
  /** A client that the caller must destroy. */
  connect(options?: Partial<DynamoClientOptions>): DynamoDBDocumentClient;
  /** Fresh, empty tables under names of their own. */
  createTables(client: DynamoDBDocumentClient): Promise<TableNames>;
  close(): Promise<void>;
}

/** DynamoDB's protocol in this process, in memory, on a free port. */
export async function startDynalite(): Promise<RunningDynalite> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    connect: (options = {}) => connectTo(endpoint, options),
    async createTables(client) {
      const tableNames = freshTableNames();
      await createTables(client, tableNames);
      return tableNames;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function connectTo(
  endpoint: string,
  options: Partial<DynamoClientOptions> = {},
): DynamoDBDocumentClient {
  return createDynamoClient({
    region: 'eu-central-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    ...options,
  });
}

export function freshTableNames(): TableNames {
  const prefix = randomBytes(6).toString('hex');
  return Object.fromEntries(tableRoles.map((role) => [role, `${prefix}-${role}`])) as TableNames;
}
