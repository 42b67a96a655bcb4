import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table/index.js';
import {
  type KeyAttribute,
  type TableDefinition,
  type TableRole,
  tableActions,
  tableDefinitions,
  tableRoles,
} from '@hitl/aws';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';
import type { Place } from './place.ts';
import type { Role } from './role.ts';

export interface TablesProps {
  readonly place: Place;
  readonly deletionProtection: boolean;
  readonly replicaRegions: readonly string[];
  readonly key?: EncryptionKey;
}

/** Every table that `@hitl/aws` defines: its keys and indexes from there, its care from here. */
export class Tables extends Construct {
  readonly #tables: Readonly<Record<TableRole, DynamodbTable>>;
  readonly #place: Place;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    this.#place = props.place;
    this.#tables = Object.fromEntries(
      tableRoles.map((role) => [role, this.#create(role, tableDefinitions[role], props)]),
    ) as Record<TableRole, DynamodbTable>;
  }

  nameOf(role: TableRole): string {
    return `${this.#place.prefix}-${role.replaceAll('_', '-')}`;
  }

  get names(): readonly string[] {
    return tableRoles.map((role) => this.nameOf(role));
  }

  grantRead(role: Role, tables: readonly TableRole[]): void {
    for (const table of tables) this.#grant(role, table, 'Read', tableActions[table].read);
  }

  grantReadWrite(role: Role, tables: readonly TableRole[]): void {
    for (const table of tables) {
      const { read, write } = tableActions[table];
      this.#grant(role, table, 'ReadWrite', [...read, ...write]);
    }
  }

  /** Single items of one table, by the beginning of their partition keys. */
  grantItems(role: Role, sid: string, table: TableRole, keyPattern: string): void {
    role.allow({
      sid,
      actions: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
      resources: [this.#tables[table].arn],
      condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [keyPattern] } },
    });
  }

  #grant(role: Role, table: TableRole, what: string, actions: readonly string[]): void {
    const { arn } = this.#tables[table];
    const indexes = Object.keys(tableDefinitions[table].globalIndexes).concat(
      Object.keys(tableDefinitions[table].localIndexes),
    );
    role.allow({
      sid: `${what}${table.split('_').map(capitalize).join('')}`,
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [arn, ...indexes.map((index) => `${arn}/index/${index}`)],
    });
  }

  #create(role: TableRole, definition: TableDefinition, props: TablesProps): DynamodbTable {
    const { key, replicaRegions, deletionProtection } = props;
    return new DynamodbTable(this, role, {
      name: this.nameOf(role),
      billingMode: 'PAY_PER_REQUEST',
      hashKey: definition.partition.name,
      ...(definition.sort === undefined ? {} : { rangeKey: definition.sort.name }),
      attribute: keyAttributes(definition),
      globalSecondaryIndex: Object.entries(definition.globalIndexes).map(([name, index]) => ({
        name,
        hashKey: index.partition.name,
        rangeKey: index.sort.name,
        projectionType: 'KEYS_ONLY',
      })),
      localSecondaryIndex: Object.entries(definition.localIndexes).map(([name, index]) => ({
        name,
        rangeKey: index.sort.name,
        projectionType: 'KEYS_ONLY',
      })),
      pointInTimeRecovery: { enabled: true },
      // Without a key of ours this means the account's `aws/dynamodb` key, which shows in CloudTrail who used it.
      serverSideEncryption: { enabled: true, ...(key === undefined ? {} : { kmsKeyArn: key.arn }) },
      deletionProtectionEnabled: deletionProtection,
      ...(definition.ttlAttribute === undefined
        ? {}
        : { ttl: { enabled: true, attributeName: definition.ttlAttribute } }),
      ...(replicaRegions.length === 0
        ? {}
        : {
            // Replication reads the table's stream.
            streamEnabled: true,
            streamViewType: 'NEW_AND_OLD_IMAGES',
            replica: replicaRegions.map((regionName) => ({
              regionName,
              pointInTimeRecovery: true,
              propagateTags: true,
            })),
          }),
    });
  }
}

/** DynamoDB wants each key attribute once, whichever keys use it. */
function keyAttributes(definition: TableDefinition): { name: string; type: string }[] {
  const keys: (KeyAttribute | undefined)[] = [
    definition.partition,
    definition.sort,
    ...Object.values(definition.globalIndexes).flatMap((index) => [index.partition, index.sort]),
    ...Object.values(definition.localIndexes).map((index) => index.sort),
  ];
  const types = new Map<string, string>();
  for (const key of keys) if (key !== undefined) types.set(key.name, key.type);
  return [...types].map(([name, type]) => ({ name, type }));
}

function capitalize(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
