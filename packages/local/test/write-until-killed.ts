// Writes entries one after the other into the embedded store of argv[2] and prints each sequence number once it is acknowledged.
import { createDynamoStores } from '@hitl/aws';
import { auditEntryHash, genesisHash } from '@hitl/core';
import { openEmbeddedDynamo } from '../src/dynamodb/open-embedded-dynamo.ts';

const dynamo = await openEmbeddedDynamo({ dataDir: process.argv[2] ?? '' });
const { auditLog, runs } = createDynamoStores(dynamo);
const stream = 'run:killed';
const head = await auditLog.head(stream);
let previous_hash = head?.hash ?? genesisHash;
for (let sequence = (head?.sequence ?? 0) + 1; ; sequence += 1) {
  const at = new Date().toISOString();
  const draft = {
    stream,
    sequence,
    at,
    actor: 'system',
    type: 'vote-refused',
    data: { note: 'x'.repeat(500) },
    previous_hash,
  };
  const entry = { ...draft, hash: auditEntryHash(draft) };
  await auditLog.append(entry);
  previous_hash = entry.hash;
  await runs.put({
    run_id: 'killed',
    session_id: 's',
    user_id: 'alice',
    status: 'running',
    query: 'q',
    created_at: at,
    updated_at: at,
    sequence,
  });
  process.stdout.write(`${sequence}\n`);
}
