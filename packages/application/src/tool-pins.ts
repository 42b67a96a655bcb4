import {
  type AuditLog,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  qualifiedName,
  systemEventSchemas,
  type ToolDefinition,
  type ToolPins,
  toolPinsStream,
} from '@hitl/core';
import { appendSystemEntry } from './append-system-entry.ts';
import type { ApplicationDeps } from './application-deps.ts';
import { type Caller, resolveKnown } from './caller.ts';
import { recordingRefusals } from './record-refusal.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

/** The accepted tool definitions, as the record's `tool-pins` stream says. */
export function createToolPins(log: AuditLog): ToolPins {
  let sequence = 0;
  const accepted = new Map<string, Set<string>>();
  let reading: Promise<void> | undefined;
  const readOn = async (): Promise<void> => {
    // Whoever asks from here on may know of an acceptance that this read misses.
    reading = undefined;
    for (const entry of await log.read(toolPinsStream, sequence)) {
      if (entry.sequence <= sequence) continue;
      sequence = entry.sequence;
      if (entry.type !== 'tool-accepted') continue;
      const data = systemEventSchemas['tool-accepted'].parse(entry.data);
      // The newest acceptance of a name is the only one: accepting a new version withdraws the old.
      accepted.set(data.name, new Set([data.digest]));
    }
  };
  return {
    async isAccepted(name, digest) {
      // A server's tools are all asked about at once: one read, begun after the last of them asked, answers for all.
      reading ??= Promise.resolve().then(readOn);
      await reading;
      return accepted.get(name)?.has(digest) ?? false;
    },
  };
}

/**
 * A person accepts a quarantined tool exactly as it is now; with `digest`, only if that is what they were shown.
 * @throws ForbiddenError for a service, NotFoundError, ConflictError `digest_mismatch` when the server has changed it meanwhile.
 */
export async function acceptTool(
  deps: Pick<ApplicationDeps, 'log' | 'tools' | 'directory' | 'clock' | 'logger'>,
  caller: Caller,
  name: string,
  digest?: string,
): Promise<ToolDefinition> {
  const principal = await recordingRefusals(deps, caller, async () => {
    const known = await resolveKnown(deps.directory, caller);
    if (known.kind === 'user') return known;
    throw new ForbiddenError(
      'forbidden',
      `${known.id} is a service; a person looks at a tool and accepts it`,
    );
  });
  const listing = await deps.tools.list();
  const tool = listing.quarantined.find((candidate) => qualifiedName(candidate) === name);
  if (tool === undefined) {
    const known = listing.tools.find((candidate) => qualifiedName(candidate) === name);
    if (known !== undefined) return known;
    throw new NotFoundError(`there is no tool ${name} that waits for acceptance`);
  }
  if (digest !== undefined && digest !== tool.digest)
    throw new ConflictError('digest_mismatch', `${name} is not what was shown any more; look at it again`);
  await retryOnConflict(() =>
    appendSystemEntry(deps, toolPinsStream, principal.id, 'tool-accepted', {
      name,
      digest: tool.digest,
      principal_id: principal.id,
    }),
  );
  return tool;
}
