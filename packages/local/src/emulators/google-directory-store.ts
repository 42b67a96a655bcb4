import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** A user as kept on disk: Google's resource, and what Google keeps to itself. */
export const storedUserSchema = z.looseObject({
  id: z.string(),
  primaryEmail: z.string(),
  /** Counts changes; the ETag comes from it. */
  revision: z.int(),
  passwordHash: z.string().optional(),
  sessionsEndedAt: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  customSchemas: z.record(z.string(), z.record(z.string(), z.json())).optional(),
});
export type StoredUser = z.infer<typeof storedUserSchema>;

export const storedSchemaSchema = z.looseObject({
  schemaId: z.string(),
  schemaName: z.string(),
  displayName: z.string().optional(),
  fields: z.array(
    z.looseObject({ fieldName: z.string(), fieldType: z.string(), multiValued: z.boolean().optional() }),
  ),
});
export type StoredSchema = z.infer<typeof storedSchemaSchema>;

const domainFileSchema = z.strictObject({
  domain: z.string(),
  orgUnits: z.array(z.string()),
  users: z.array(storedUserSchema),
});
export type DomainData = z.infer<typeof domainFileSchema>;
const customerFileSchema = z.strictObject({ customerId: z.string(), schemas: z.array(storedSchemaSchema) });
export type CustomerData = z.infer<typeof customerFileSchema>;

export interface DirectoryStore {
  readonly customer: CustomerData;
  readonly domains: ReadonlyMap<string, DomainData>;
  /** Both are on disk when they return. */
  saveCustomer(customer: CustomerData): void;
  saveDomain(domain: DomainData): void;
}

/** One JSON file per domain and one for the customer, each replaced as a whole: a crash leaves the old or the new, never a part. */
export function openDirectoryStore(dataDir: string, customerId: string): DirectoryStore {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const customerPath = join(dataDir, 'customer.json');
  let customer: CustomerData = existsSync(customerPath)
    ? customerFileSchema.parse(readJson(customerPath))
    : { customerId, schemas: [] };
  const domains = new Map<string, DomainData>();
  for (const name of readdirSync(dataDir)) {
    if (!/^domain-.+\.json$/.test(name)) continue;
    const data = domainFileSchema.parse(readJson(join(dataDir, name)));
    domains.set(data.domain, data);
  }
  return {
    get customer() {
      return customer;
    },
    domains,
    saveCustomer(next) {
      replaceFile(customerPath, next);
      customer = next;
    },
    saveDomain(next) {
      replaceFile(join(dataDir, `domain-${next.domain}.json`), next);
      domains.set(next.domain, next);
    },
  };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Write beside, flush, rename: rename is atomic, and the flush keeps it from overtaking the data. */
export function replaceFile(path: string, value: unknown): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
