import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type BlobStore, IntegrityError, InvalidInputError, NotFoundError, sha256Hex } from '@hitl/core';
import { z } from 'zod';
import { writeItems } from './batch-requests.ts';
import { callTable, putItem } from './call-table.ts';
import { type Item, parseItem } from './parse-item.ts';
import type { StoreOptions } from './store-options.ts';

const deflateBytes = promisify(deflate);
const inflateBytes = promisify(inflate);

/**
 * Bytes of text in one item. Each chunk is compressed by itself: two writers of the same text, even with different zlib
 * versions, then write chunks that fit each other. Changing it would break that for texts written before.
 */
const chunkBytes = 256 * 1024;
/** Below this, compression saves nothing that DynamoDB bills. */
const minimumCompressedBytes = 1024;

const chunkSchema = z.object({
  chunk: z.int().min(0),
  encoding: z.enum(['plain', 'deflate']),
  body: z.instanceof(Uint8Array),
  /** On chunk 0: of the whole text. */
  bytes: z.int().min(0).optional(),
  chunk_count: z.int().min(1).optional(),
});

/** `BlobStore` on the `blobs` table: chunk 0 is written last, so that a text is there whole or not at all. */
export function createDynamoBlobStore({ client, tableName }: StoreOptions): BlobStore {
  async function readChunks(sha256: string): Promise<z.infer<typeof chunkSchema>[]> {
    const items: Item[] = [];
    let startKey: Record<string, unknown> | undefined;
    do {
      const answer = await callTable('reading a blob', () =>
        client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: '#sha256 = :sha256',
            ExpressionAttributeNames: { '#sha256': 'sha256' },
            ExpressionAttributeValues: { ':sha256': sha256 },
            ConsistentRead: true,
            ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
          }),
        ),
      );
      items.push(...(answer.Items ?? []));
      startKey = answer.LastEvaluatedKey;
    } while (startKey !== undefined);
    return items.map((item) => parseItem(chunkSchema, item, `blob ${sha256}`));
  }

  return {
    async put(text) {
      if (!text.isWellFormed())
        throw new InvalidInputError('a blob must be well-formed Unicode (it holds half a surrogate pair)');
      const sha256 = sha256Hex(text);
      const source = Buffer.from(text, 'utf8');
      const chunkCount = Math.max(1, Math.ceil(source.byteLength / chunkBytes));
      const chunkItem = async (chunk: number): Promise<Record<string, unknown>> => ({
        sha256,
        chunk,
        ...(await encodeChunk(source.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes))),
      });
      // Eight incompressible chunks stay below the 16 MB of a batch with room to spare, and bound what is held in memory.
      for (let start = 1; start < chunkCount; start += 8) {
        const items = await Promise.all(
          Array.from({ length: Math.min(8, chunkCount - start) }, (_, i) => chunkItem(start + i)),
        );
        await writeItems(
          client,
          tableName,
          'storing a blob',
          items.map((Item) => ({ PutRequest: { Item } })),
        );
      }
      const first = { ...(await chunkItem(0)), bytes: source.byteLength, chunk_count: chunkCount };
      await putItem(client, 'storing a blob', { TableName: tableName, Item: first });
      return { sha256, bytes: source.byteLength };
    },

    async get(sha256) {
      const chunks = await readChunks(sha256);
      const [first] = chunks;
      if (first?.chunk !== 0 || first.chunk_count === undefined)
        throw new NotFoundError(`there is no blob ${sha256}`);
      const parts = await Promise.all(chunks.map((chunk) => decodeChunk(sha256, chunk)));
      const text = Buffer.concat(parts).toString('utf8');
      if (chunks.length !== first.chunk_count || sha256Hex(text) !== sha256)
        throw new IntegrityError(`blob ${sha256} does not hash to its name`);
      return text;
    },
  };
}

async function encodeChunk(plain: Buffer): Promise<{ encoding: 'plain' | 'deflate'; body: Uint8Array }> {
  if (plain.byteLength >= minimumCompressedBytes) {
    const body = await deflateBytes(plain);
    if (body.byteLength < plain.byteLength) return { encoding: 'deflate', body };
  }
  return { encoding: 'plain', body: plain };
}

async function decodeChunk(sha256: string, chunk: z.infer<typeof chunkSchema>): Promise<Uint8Array> {
  if (chunk.encoding === 'plain') return chunk.body;
  try {
    return await inflateBytes(chunk.body, { maxOutputLength: chunkBytes });
  } catch (error) {
    throw new IntegrityError(`blob ${sha256} holds a chunk that can't be read`, { cause: error });
  }
}
