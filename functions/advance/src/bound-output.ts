import type { JsonObject, JsonValue } from '@hitl/core';

/** Step Functions refuses more than 256 KB of state; the rest is left for the envelope. */
const maxOutputBytes = 200 * 1024;

/** A run that fits: results that are too large are named by reference, nothing is cut silently. */
export function boundOutput(run: JsonObject): JsonObject {
  if (sizeOf(run) <= maxOutputBytes) return run;
  const calls = Array.isArray(run.tool_calls) ? run.tool_calls : [];
  const slim = { ...run, tool_calls: calls.map((call) => withoutResult(call)) };
  if (sizeOf(slim) <= maxOutputBytes) return slim;
  return {
    run_id: run.run_id ?? null,
    session_id: run.session_id ?? null,
    status: run.status ?? null,
    user_id: run.user_id ?? null,
    tool_calls: { reference: `/agent/runs/${String(run.run_id)}` },
  };
}

function withoutResult(call: JsonValue): JsonValue {
  if (call === null || typeof call !== 'object' || Array.isArray(call) || call.result === undefined)
    return call;
  return { ...call, result: { omitted: 'too large for the state machine; read the run' } };
}

function sizeOf(value: JsonValue): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}
