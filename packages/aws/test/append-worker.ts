/**
 * A writer in a process of its own: appends `count` entries to a stream, building on the head and going again after every
 * conflict. Waits for a line on stdin so that all writers start together; prints the sequences it won as JSON.
 */
import { once } from 'node:events';
import { SequenceConflictError } from '@hitl/core';
import { chainEntry } from '@hitl/testing';
import { createDynamoAuditLog } from '../src/dynamodb/dynamo-audit-log.ts';
import { connectTo } from './start-dynalite.ts';

const [endpoint = '', tableName = '', stream = '', actor = '', count = '0'] = process.argv.slice(2);
const client = connectTo(endpoint);
const log = createDynamoAuditLog({ client, tableName });
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const won: number[] = [];
while (won.length < Number(count)) {
  const entry = chainEntry(stream, await log.head(stream), { actor, data: { mine: won.length } });
  try {
    await log.append(entry);
    won.push(entry.sequence);
  } catch (error) {
    if (!(error instanceof SequenceConflictError)) throw error;
  }
}
process.stdout.write(`${JSON.stringify(won)}\n`);
client.destroy();
process.stdin.destroy();
