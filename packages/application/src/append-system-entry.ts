import { sealEntry } from '@hitl/audit';
import { type AuditLog, type Clock, type JsonObject, systemEventSchemas } from '@hitl/core';

/** Appends to a stream that belongs to no run. @throws SequenceConflictError */
export async function appendSystemEntry(
  deps: { readonly log: AuditLog; readonly clock: Clock },
  stream: string,
  actor: string,
  type: keyof typeof systemEventSchemas,
  data: JsonObject,
): Promise<void> {
  const entry = sealEntry({
    stream,
    head: await deps.log.head(stream),
    type,
    actor,
    data: systemEventSchemas[type].parse(data) as unknown as JsonObject,
    at: new Date(deps.clock.now()).toISOString(),
  });
  await deps.log.append(entry);
}
