import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { IntegrityError } from '@hitl/core';
import { expect, it } from '@jest/globals';
import { freshTableNames, startDynalite } from '../../test/start-dynalite.ts';
import { createTables } from './create-tables.ts';

it('creates tables once, and refuses one that exists with other keys', async () => {
  const dynalite = await startDynalite();
  const client = dynalite.connect();
  try {
    const tableNames = freshTableNames();
    await Promise.all([createTables(client, tableNames), createTables(client, tableNames)]);
    await createTables(client, tableNames);

    const other = freshTableNames();
    await client.send(
      new CreateTableCommand({
        TableName: other.audit,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'stream', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'stream', AttributeType: 'S' }],
      }),
    );
    await expect(createTables(client, other)).rejects.toBeInstanceOf(IntegrityError);
  } finally {
    client.destroy();
    await dynalite.close();
  }
});
