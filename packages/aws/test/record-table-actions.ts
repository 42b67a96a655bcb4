import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TableRole } from '../src/dynamodb/tables.ts';

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Notes what a client asks of the items of each table; answers the names of the actions, sorted. */
export function recordTableActions(client: DynamoDBDocumentClient): (role: TableRole) => string[] {
  const sent = new Map<string, Set<string>>();
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers, body } = args.request as Request;
      const action = String(headers['x-amz-target']).split('.').at(-1) ?? '';
      const { TableName, RequestItems = {} } = JSON.parse(
        typeof body === 'string' ? body : new TextDecoder().decode(body),
      );
      for (const table of [TableName ?? Object.keys(RequestItems)].flat()) {
        // Behind a prefix of its own.
        const role = String(table).slice(String(table).indexOf('-') + 1);
        sent.set(role, (sent.get(role) ?? new Set()).add(action));
      }
      return next(args);
    },
    { step: 'finalizeRequest', name: 'recordTableActions' },
  );
  return (role) =>
    [...(sent.get(role) ?? [])].filter((action) => /^(Batch|.*Item$|Query$|Scan$)/.test(action)).sort();
}
