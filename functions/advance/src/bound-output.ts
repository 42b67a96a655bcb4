import type { JsonObject, JsonValue } from '@hitl/core';

/** Step Functions refuses more than 256 KB of state; the rest is left for the envelope. */
const maxOutputBytes = 200 * 1024;

/** A run that fits: the largest results first, then whatever else is too large, are named by reference; nothing is cut silently. */
export function boundOutput(run: JsonObject): JsonObject {
  if (sizeOf(run) <= maxOutputBytes) return run;
  const reference = `/agent/runs/${String(run.run_id)}`;
  const calls = Array.isArray(run.tool_calls) ? [...run.tool_calls] : [];
  const bySize = calls
    .map((call, index) => ({ index, bytes: sizeOf(resultOf(call) ?? null) }))
    .sort((a, b) => b.bytes - a.bytes);
  for (const { index } of bySize) {
    calls[index] = withReference(calls[index] ?? null, reference);
    const slim = { ...run, tool_calls: calls };
    if (sizeOf(slim) <= maxOutputBytes) return slim;
  }
  return {
    run_id: run.run_id ?? null,
    session_id: run.session_id ?? null,
    status: run.status ?? null,
    user_id: run.user_id ?? null,
    tool_calls: [],
    omitted: true,
    reference,
  };
}

function withReference(call: JsonValue, reference: string): JsonValue {
  if (resultOf(call) === undefined) return call;
  return { ...(call as JsonObject), result: { omitted: true, reference } };
}

function resultOf(call: JsonValue): JsonValue | undefined {
  return call === null || typeof call !== 'object' || Array.isArray(call) ? undefined : call.result;
}

function sizeOf(value: JsonValue): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}
