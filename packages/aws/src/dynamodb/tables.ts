/** A key attribute and its DynamoDB type: text or number. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N';
}

export interface IndexDefinition {
  readonly partition: KeyAttribute;
  readonly sort: KeyAttribute;
}

export interface TableDefinition {
  readonly partition: KeyAttribute;
  readonly sort?: KeyAttribute;
  /** All project `KEYS_ONLY`: an index proposes, the table decides (see `readIndex`). */
  readonly globalIndexes: Readonly<Record<string, IndexDefinition>>;
  readonly localIndexes: Readonly<Record<string, { readonly sort: KeyAttribute }>>;
  /** Epoch seconds; DynamoDB deletes late (up to days), so readers filter as well. */
  readonly ttlAttribute?: string;
}

const text = (name: string): KeyAttribute => ({ name, type: 'S' });
const number = (name: string): KeyAttribute => ({ name, type: 'N' });

export const ttlAttribute = 'expires_at_seconds';

/**
 * The tables, once, for whoever creates them (the local stack and Terraform). On-demand capacity, point-in-time recovery and
 * encryption are the creator's business; keys and indexes are here.
 *
 * The list indexes of runs and approvals have one partition per list. A DynamoDB partition takes 1,000 writes per second,
 * far above what people ask and approve; whoever outgrows that shards the list keys, as `audit.by_time` does.
 */
export const tableDefinitions = {
  /** Run summaries (`run#ID`) and idempotency keys (`idempotency#SHA256`). */
  runs: {
    partition: text('pk'),
    globalIndexes: {
      by_list: { partition: text('list_key'), sort: text('order_key') },
      by_user: { partition: text('user_key'), sort: text('order_key') },
      by_status: { partition: text('status_key'), sort: text('order_key') },
      by_user_status: { partition: text('user_status_key'), sort: text('order_key') },
    },
    localIndexes: {},
    ttlAttribute,
  },
  /** Approval summaries (`approval#ID`), grants (`grant#ID`) and task tokens (`task-token#RUN`). */
  approvals: {
    partition: text('pk'),
    globalIndexes: {
      by_list: { partition: text('list_key'), sort: text('list_order') },
      /** What is due (approvals) and whom a grant is for. Sparse. */
      by_lookup: { partition: text('lookup_key'), sort: text('lookup_order') },
    },
    localIndexes: {},
    ttlAttribute,
  },
  /** The record: one item per entry, never changed, never deleted. */
  audit: {
    partition: text('stream'),
    sort: number('sequence'),
    globalIndexes: {
      /** `YYYY-MM-DD#SHARD`, so that all streams of a day together are not one hot partition. */
      by_time: { partition: text('time_bucket'), sort: number('at_ms') },
    },
    localIndexes: {},
  },
  /** Payloads too large for an entry, in chunks. Part of the record: never changed, never deleted. */
  blobs: {
    partition: text('sha256'),
    sort: number('chunk'),
    globalIndexes: {},
    localIndexes: {},
  },
  /** Conversations (`session#…`), their memory (`memory#…`) and the calls that rate conditions count (`calls#…`). */
  slack_sessions: {
    partition: text('pk'),
    sort: text('sk'),
    globalIndexes: {},
    localIndexes: { by_time: { sort: text('time_key') } },
    ttlAttribute,
  },
  /** Leases, limits, deduplication and posted cards (`item#KEY`), and live events of runs (`feed#RUN`). Never the record. */
  coordination: {
    partition: text('pk'),
    sort: text('sk'),
    globalIndexes: {},
    localIndexes: {},
    ttlAttribute,
  },
  /** Who exists and who belongs where: one document, which no function may write. */
  directory: {
    partition: text('pk'),
    globalIndexes: {},
    localIndexes: {},
  },
} as const satisfies Record<string, TableDefinition>;

export type TableRole = keyof typeof tableDefinitions;
/** The real name of each table, e.g. `{ runs: 'dev-runs', … }`. */
export type TableNames = Readonly<Record<TableRole, string>>;
export const tableRoles = Object.keys(tableDefinitions) as TableRole[];

const byIndex = ['BatchGetItem', 'GetItem', 'Query'] as const;

/**
 * What the stores of a table ask of DynamoDB, for whoever hands out rights: exactly this, and none for an action that no store sends.
 * The record is only ever added to, so none of its tables has an action that changes or deletes an item.
 */
export const tableActions = {
  runs: { read: byIndex, write: ['PutItem'] },
  approvals: { read: byIndex, write: ['PutItem'] },
  // The list of its streams is a scan.
  audit: { read: [...byIndex, 'Scan'], write: ['PutItem'] },
  // Chunks are put in batches. They are named by their hash, so a changed one is found out.
  blobs: { read: ['Query'], write: ['BatchWriteItem', 'PutItem'] },
  // Memory is forgotten in batches.
  slack_sessions: { read: byIndex, write: ['BatchWriteItem', 'PutItem'] },
  coordination: { read: ['GetItem', 'Query'], write: ['DeleteItem', 'PutItem', 'UpdateItem'] },
  // Whoever may write here decides who may approve: people with rights of their own, never a function.
  directory: { read: ['GetItem'], write: [] },
} as const satisfies Record<
  TableRole,
  { readonly read: readonly string[]; readonly write: readonly string[] }
>;
