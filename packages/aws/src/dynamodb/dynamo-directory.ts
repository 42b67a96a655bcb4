import { GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  createIndexedDirectory,
  type Directory,
  type DirectoryIndex,
  directoryDocumentSchema,
  indexDirectory,
  UnavailableError,
} from '@hitl/core';
import { z } from 'zod';
import { callTable } from './call-table.ts';
import type { StoreOptions } from './store-options.ts';

/** Key of the one item: `document` holds the directory as JSON text, `version` grows with every write. */
export const directoryKey = 'directory';

const itemSchema = z.object({ version: z.int().min(1), document: z.string() });

/**
 * `Directory` over one document in a table. It is read anew, strongly consistent, for every question, so that taking somebody
 * out of a group takes effect on the next vote; parsed once per version. Fails closed: where no valid document can be read every
 * question throws `UnavailableError`.
 */
export function createDynamoDirectory({ client, tableName }: StoreOptions): Directory {
  let parsed: { readonly version: number; readonly index: DirectoryIndex } | undefined;

  return createIndexedDirectory(async () => {
    const { Item } = await callTable('reading the directory', () =>
      client.send(new GetCommand({ TableName: tableName, Key: { pk: directoryKey }, ConsistentRead: true })),
    );
    if (Item === undefined)
      throw new UnavailableError('the directory is empty: put one in place with "hitl-mcp directory push"');
    const item = itemSchema.safeParse(Item);
    if (item.success && item.data.version === parsed?.version) return parsed.index;
    const document = item.success ? parseDocument(item.data.document) : undefined;
    if (!item.success || document === undefined)
      throw new UnavailableError("the directory can't be read: its item does not hold a valid document");
    parsed = { version: item.data.version, index: indexDirectory(document) };
    return parsed.index;
  });
}

function parseDocument(text: string) {
  try {
    return directoryDocumentSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
