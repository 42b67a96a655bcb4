import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type KeySchemaElement,
  ResourceInUseException,
  type TableDescription,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { IntegrityError } from '@hitl/core';
import { callTable } from './call-table.ts';
import {
  type KeyAttribute,
  type TableDefinition,
  type TableNames,
  tableDefinitions,
  tableRoles,
} from './tables.ts';

/**
 * Creates the tables that do not exist yet and waits until all are usable. For emulators; on AWS Terraform does it.
 * @throws IntegrityError when a table exists with other keys or indexes.
 */
export async function createTables(client: DynamoDBDocumentClient, tableNames: TableNames): Promise<void> {
  await Promise.all(tableRoles.map((role) => createTable(client, tableNames[role], tableDefinitions[role])));
}

async function createTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  definition: TableDefinition,
): Promise<void> {
  const input = createTableInput(tableName, definition);
  await callTable(`creating table ${tableName}`, async () => {
    try {
      await client.send(new CreateTableCommand(input));
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
    await waitUntilTableExists(
      { client, minDelay: 1, maxDelay: 2, maxWaitTime: 60 },
      { TableName: tableName },
    );
  });
  const { Table } = await callTable(`describing table ${tableName}`, () =>
    client.send(new DescribeTableCommand({ TableName: tableName })),
  );
  if (shapeOf(Table) !== shapeOf(input))
    throw new IntegrityError(`table ${tableName} exists with other keys or indexes than this version needs`);
}

/** The request that makes a table of this definition. */
export function createTableInput(tableName: string, definition: TableDefinition): CreateTableCommandInput {
  const attributes = new Map<string, AttributeDefinition>();
  const keySchema = (partition: KeyAttribute, sort: KeyAttribute | undefined): KeySchemaElement[] => {
    const elements: KeySchemaElement[] = [{ AttributeName: partition.name, KeyType: 'HASH' }];
    if (sort !== undefined) elements.push({ AttributeName: sort.name, KeyType: 'RANGE' });
    for (const key of [partition, sort])
      if (key !== undefined) attributes.set(key.name, { AttributeName: key.name, AttributeType: key.type });
    return elements;
  };
  const tableKeys = keySchema(definition.partition, definition.sort);
  const globalIndexes = Object.entries(definition.globalIndexes).map(([name, index]) => ({
    IndexName: name,
    KeySchema: keySchema(index.partition, index.sort),
    Projection: { ProjectionType: 'KEYS_ONLY' as const },
  }));
  const localIndexes = Object.entries(definition.localIndexes).map(([name, index]) => ({
    IndexName: name,
    KeySchema: keySchema(definition.partition, index.sort),
    Projection: { ProjectionType: 'KEYS_ONLY' as const },
  }));
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: tableKeys,
    AttributeDefinitions: [...attributes.values()],
    ...(globalIndexes.length === 0 ? {} : { GlobalSecondaryIndexes: globalIndexes }),
    ...(localIndexes.length === 0 ? {} : { LocalSecondaryIndexes: localIndexes }),
  };
}

type Shaped = Pick<
  TableDescription,
  'KeySchema' | 'AttributeDefinitions' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'
>;

/** What two descriptions of a table must agree on, as comparable text. */
function shapeOf(table: Shaped | CreateTableCommandInput | undefined): string {
  const keys = (schema: readonly KeySchemaElement[] | undefined): string =>
    (schema ?? []).map((key) => `${key.KeyType}:${key.AttributeName}`).join(',');
  const indexes = [...(table?.GlobalSecondaryIndexes ?? []), ...(table?.LocalSecondaryIndexes ?? [])]
    .map((index) => `${index.IndexName}(${keys(index.KeySchema)})`)
    .sort();
  const types = (table?.AttributeDefinitions ?? [])
    .map((attribute) => `${attribute.AttributeName}:${attribute.AttributeType}`)
    .sort();
  return JSON.stringify([keys(table?.KeySchema), indexes, types]);
}
