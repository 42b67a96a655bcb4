import { type GrantStore, type GrantSummary, grantSchema } from '@hitl/core';
import { z } from 'zod';
import { epochMs, keyText, orderKey, orderPrefix } from './key-text.ts';
import { readIndex } from './read-index.ts';
import { readPage } from './read-page.ts';
import type { StoreOptions } from './store-options.ts';
import { getSummary, putSummary, summaryOf } from './summary-items.ts';
import { tableDefinitions } from './tables.ts';

const grantSummarySchema = z.object({
  ...grantSchema.shape,
  environment: z.string().exactOptional(),
  uses: z.int().min(0),
  revoked: z.boolean(),
  created_at: z.string(),
  sequence: z.int().min(0),
}) satisfies z.ZodType<GrantSummary>;

const everyGrant = 'grant';
/** More grants of one person for one tool than anybody makes on purpose. */
const maximumCandidates = 1000;

/** `GrantStore` on the `approvals` table. */
export function createDynamoGrantStore({ client, tableName }: StoreOptions): GrantStore {
  const table = tableDefinitions.approvals;
  return {
    async put(summary) {
      const { grant_id, grantee_id, server, tool, revoked } = summary;
      await putSummary(
        client,
        tableName,
        {
          pk: keyText('grant', grant_id),
          list_key: everyGrant,
          list_order: orderKey(epochMs('created_at', summary.created_at), grant_id),
          lookup_key: revoked ? undefined : keyText('grant-for', grantee_id, server, tool),
          lookup_order: revoked ? undefined : orderKey(epochMs('expires_at', summary.expires_at), grant_id),
        },
        summary,
      );
    },

    async get(grantId) {
      return getSummary(client, tableName, keyText('grant', grantId), grantSummarySchema);
    },

    async list({ limit, cursor }) {
      return readPage({
        client,
        tableName,
        table,
        index: 'by_list',
        partitionValue: everyGrant,
        what: 'listing grants',
        scope: { list: 'grants' },
        sortAttribute: 'list_order',
        schema: grantSummarySchema,
        direction: 'backward',
        limit,
        cursor,
      });
    },

    async listCandidates({ grantee_id, server, tool, now }) {
      const { items } = await readIndex({
        client,
        tableName,
        table,
        index: 'by_lookup',
        partitionValue: keyText('grant-for', grantee_id, server, tool),
        what: 'looking for grants',
        bound: { is: 'above', value: orderPrefix(epochMs('now', now) + 1) },
        direction: 'forward',
        limit: maximumCandidates,
      });
      return items.map((item) => summaryOf(item, grantSummarySchema));
    },
  };
}
