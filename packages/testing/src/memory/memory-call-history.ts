import type { CallHistory, RecordedCall } from '@hitl/core';

export function createMemoryCallHistory(): CallHistory {
  const calls = new Map<string, RecordedCall>();
  return {
    async record(call) {
      const key = JSON.stringify([call.principal_id, call.call_id]);
      if (!calls.has(key)) calls.set(key, { ...call });
    },
    async countSince({ principal_id, since_ms, server, tool }) {
      return [...calls.values()].filter(
        (call) =>
          call.principal_id === principal_id &&
          call.at_ms >= since_ms &&
          (server === undefined || call.server === server) &&
          (tool === undefined || call.tool === tool),
      ).length;
    },
  };
}
