import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  ConflictError,
  type DirectoryDocument,
  directoryDocumentSchema,
  InvalidInputError,
  systemClock,
} from '@hitl/core';
import { z } from 'zod';
import { callTable } from './call-table.ts';
import { directoryKey } from './dynamo-directory.ts';
import { itemBytes, maximumItemBytes } from './item-size.ts';
import { parseItem, parseJsonText } from './parse-item.ts';
import type { ClockedStoreOptions, StoreOptions } from './store-options.ts';

export interface StoredDirectory {
  /** Grows by one with every push. */
  readonly version: number;
  readonly document: DirectoryDocument;
  /** ISO time; absent when the item was not written by `pushDirectory`. */
  readonly pushed_at?: string | undefined;
}

const itemSchema = z.object({
  version: z.int().min(1),
  document: z.string(),
  pushed_at: z.string().optional(),
});

/**
 * The document in the `directory` table, strongly consistent; `undefined` when none was put in place yet.
 * @throws IntegrityError when what is stored is no valid document.
 */
export async function readDirectory({
  client,
  tableName,
}: StoreOptions): Promise<StoredDirectory | undefined> {
  const { Item } = await callTable('reading the directory', () =>
    client.send(new GetCommand({ TableName: tableName, Key: { pk: directoryKey }, ConsistentRead: true })),
  );
  if (Item === undefined) return undefined;
  const item = parseItem(itemSchema, Item, 'the directory');
  const document = parseItem(
    directoryDocumentSchema,
    parseJsonText(item.document, 'the directory'),
    'the directory',
  );
  return { version: item.version, document, pushed_at: item.pushed_at };
}

/**
 * Replaces the document, if the stored one still is `previous` (`undefined`: none), in one conditional write. Returns the new
 * version. For people with rights of their own: no function may write this table.
 * @throws ConflictError when somebody else pushed in between; InvalidInputError when it does not fit into one item.
 */
export async function pushDirectory(
  { client, tableName, clock = systemClock }: ClockedStoreOptions,
  document: DirectoryDocument,
  previous: Pick<StoredDirectory, 'version'> | undefined,
): Promise<number> {
  const version = (previous?.version ?? 0) + 1;
  const item = {
    pk: directoryKey,
    version,
    document: JSON.stringify(directoryDocumentSchema.parse(document)),
    pushed_at: new Date(clock.now()).toISOString(),
  };
  const bytes = itemBytes(item);
  if (bytes > maximumItemBytes)
    throw new InvalidInputError(
      `the directory has ${bytes} bytes, more than the ${maximumItemBytes} that its one item can hold: leave out who neither asks nor approves`,
      { details: { bytes, maximum_bytes: maximumItemBytes } },
    );
  try {
    await callTable('writing the directory', () =>
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: item,
          ConditionExpression: previous === undefined ? 'attribute_not_exists(pk)' : '#version = :previous',
          ...(previous === undefined
            ? {}
            : {
                ExpressionAttributeNames: { '#version': 'version' },
                ExpressionAttributeValues: { ':previous': previous.version },
              }),
        }),
      ),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // Our own write, repeated by the client after its answer was lost, is refused as well.
    const stored =
      (error.$metadata.attempts ?? 1) > 1 ? await readDirectory({ client, tableName }) : undefined;
    const isOurs = stored?.version === version && JSON.stringify(stored.document) === item.document;
    if (!isOurs)
      throw new ConflictError(
        'conflict',
        'somebody else changed the directory in between: look at what it is now, and push again',
      );
  }
  return version;
}
