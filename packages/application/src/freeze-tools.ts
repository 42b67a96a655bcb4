import {
  type BlobStore,
  type JsonValue,
  loadPayload,
  qualifiedName,
  type RunEvent,
  type RunState,
  redactText,
  storePayload,
  type ToolDefinition,
  toolDefinitionSchema,
} from '@hitl/core';
import { z } from 'zod';
import type { ApplicationDeps } from './application-deps.ts';

const toolListSchema = z.array(toolDefinitionSchema);
/** Parsed lists by run state's payload: the fold keeps one object per run, so this never grows beyond what is alive. */
const parsed = new WeakMap<object, readonly ToolDefinition[]>();

/** Lists all tools of all servers once and makes the event that fixes them for this run. */
export async function freezeTools(
  deps: Pick<ApplicationDeps, 'tools' | 'blobs'>,
  _run: RunState,
  signal?: AbortSignal,
): Promise<Extract<RunEvent, { type: 'tools-frozen' }>> {
  const listing = await deps.tools.list(signal === undefined ? {} : { signal });
  return {
    type: 'tools-frozen',
    data: {
      tools: await storePayload(deps.blobs, listing.tools as unknown as JsonValue),
      unavailable: listing.unavailable.map(({ server, reason }) => ({ server, reason: redactText(reason) })),
      quarantined: listing.quarantined.map(qualifiedName),
    },
  };
}

/** The tools that this run was frozen with; none before they are frozen. */
export async function loadFrozenTools(
  deps: { readonly blobs: BlobStore },
  run: RunState,
): Promise<readonly ToolDefinition[]> {
  if (run.frozen === undefined) return [];
  const known = parsed.get(run.frozen);
  if (known !== undefined) return known;
  const tools = toolListSchema.parse(await loadPayload(deps.blobs, run.frozen.tools));
  parsed.set(run.frozen, tools);
  return tools;
}
