import { type BlobStore, type CallState, type JsonValue, loadPayload, type RunState } from '@hitl/core';
import type { CallView, RunView } from './views.ts';

/** A run in the shape of the HTTP contract. */
export async function presentRun(deps: { readonly blobs: BlobStore }, run: RunState): Promise<RunView> {
  return {
    run_id: run.run_id,
    session_id: run.session_id,
    status: run.status,
    user_id: run.started.principal.id,
    query: run.started.query,
    environment: run.started.environment,
    dry_run: run.started.dry_run,
    model_id: run.steps.at(-1)?.model_id ?? null,
    output: run.output ?? null,
    tool_calls: await Promise.all([...run.calls.values()].map((call) => presentCall(deps, call))),
    unavailable_servers: run.frozen?.unavailable ?? [],
    quarantined_tools: run.frozen?.quarantined ?? [],
    ...(run.error === undefined ? {} : { error: run.error }),
    created_at: run.created_at,
    updated_at: run.updated_at,
    usage: run.usage,
  };
}

async function presentCall(deps: { readonly blobs: BlobStore }, call: CallState): Promise<CallView> {
  const { decision } = call;
  return {
    call_id: call.call_id,
    server: call.server,
    tool: call.tool,
    arguments: call.arguments,
    digest: call.digest,
    category: decision.category,
    decision: { effect: decision.effect, rule_ids: decision.rule_ids, reasons: decision.reasons },
    ...(call.approval_id === undefined ? {} : { approval_id: call.approval_id }),
    status: call.status,
    ...(call.preview === undefined ? {} : { preview: call.preview }),
    ...(call.result === undefined
      ? {}
      : { result: (await loadPayload(deps.blobs, call.result)) as JsonValue }),
    ...(call.error === undefined ? {} : { error: call.error }),
    ...(call.resolved_by === undefined ? {} : { resolved_by: call.resolved_by }),
  };
}
