import { randomUUID } from 'node:crypto';
import { type DirectoryStore, type StoredSchema, storedSchemaSchema } from './google-directory-store.ts';
import { GoogleError, invalidInput, notFound } from './google-error.ts';

export interface SchemaCalls {
  list(): Record<string, unknown>;
  get(schemaKey: string): Record<string, unknown>;
  insert(body: Record<string, unknown>): Record<string, unknown>;
}

/** The custom schemas of the customer. */
export function createSchemaCalls(store: DirectoryStore): SchemaCalls {
  const present = (schema: StoredSchema) => ({ kind: 'admin#directory#schema', ...schema });
  return {
    list() {
      const { schemas } = store.customer;
      return {
        kind: 'admin#directory#schemas',
        ...(schemas.length === 0 ? {} : { schemas: schemas.map(present) }),
      };
    },
    get(schemaKey) {
      const schema = store.customer.schemas.find(
        (one) => one.schemaName === schemaKey || one.schemaId === schemaKey,
      );
      if (schema === undefined) throw notFound('schemaKey');
      return present(schema);
    },
    insert(body) {
      const parsed = storedSchemaSchema.safeParse({ ...body, schemaId: randomUUID() });
      if (!parsed.success || parsed.data.fields.length === 0) throw invalidInput('schema');
      if (store.customer.schemas.some((one) => one.schemaName === parsed.data.schemaName))
        throw new GoogleError(409, 'duplicate', 'Entity already exists.');
      store.saveCustomer({ ...store.customer, schemas: [...store.customer.schemas, parsed.data] });
      return present(parsed.data);
    },
  };
}
