import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createDynamoClient, createTables, type TableNames, tableRoles } from '@hitl/aws';
import { type DataDirLock, lockDataDir } from '../data-dir/lock-data-dir.ts';
import { closeLevelIterators, levelOfDynalite } from './close-level-iterators.ts';

// dynalite ships no types.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: {
  readonly path: string;
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
}) => Server;

export interface EmbeddedDynamo {
  /** The client that the stores of `@hitl/aws` take. */
  readonly client: ReturnType<typeof createDynamoClient>;
  readonly tableNames: TableNames;
  /** `http://127.0.0.1:PORT`; anything that speaks DynamoDB can look at the data there. */
  readonly endpoint: string;
  /** The folder, absolute. */
  readonly dataDir: string;
  /** Finishes what is being written, stops listening and gives the folder back. */
  close(): Promise<void>;
}

/**
 * DynamoDB's protocol on LevelDB under `dataDir/dynamodb`, on a free port of the loopback interface, with all tables made. An
 * acknowledged write survives the death of the process (it is in the operating system's hands by then); a power cut can
 * take the last ones, which the hash chain would show.
 *
 * @throws DataDirInUseError when another stack has the folder, InvalidInputError when the folder can't be used.
 */
export async function openEmbeddedDynamo({ dataDir }: { readonly dataDir: string }): Promise<EmbeddedDynamo> {
  const lock = await lockDataDir(dataDir);
  try {
    return await openLocked(lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(lock: DataDirLock): Promise<EmbeddedDynamo> {
  const path = join(lock.dataDir, 'dynamodb');
  await mkdir(path, { recursive: true, mode: 0o700 });
  closeLevelIterators(levelOfDynalite());
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  surviveAbortedRequests(server);
  // A kept-alive connection that the server closes just when the client uses it again would look like a lost answer.
  server.keepAliveTimeout = 10 * 60 * 1000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createDynamoClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const close = async () => {
    client.destroy();
    await closeServer(server);
  };
  try {
    const tableNames = Object.fromEntries(tableRoles.map((role) => [role, `local-${role}`])) as TableNames;
    await createTables(client, tableNames);
    return {
      client,
      tableNames,
      endpoint,
      dataDir: lock.dataDir,
      async close() {
        await close();
        await lock.release();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** dynalite throws from its own `error` listener when a client goes away in the middle of a request, which ends the process. */
function surviveAbortedRequests(server: Server): void {
  server.on('request', (request) => {
    request.removeAllListeners('error');
    request.on('error', () => undefined);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    // Requests under way get a moment; then the store must be closed whoever still holds a connection.
    const timer = setTimeout(() => server.closeAllConnections(), 1000);
    server.close((error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
    server.closeIdleConnections();
  });
}
