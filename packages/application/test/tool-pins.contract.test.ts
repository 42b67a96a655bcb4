import { toolPinsStream } from '@hitl/core';
import { createFakeClock, createMemoryAuditLog } from '@hitl/testing';
import { describeToolPinsContract } from '@hitl/testing/contracts';
import { appendSystemEntry } from '../src/append-system-entry.ts';
import { createToolPins } from '../src/index.ts';

describeToolPinsContract('createToolPins', async () => {
  const deps = { log: createMemoryAuditLog(), clock: createFakeClock() };
  return {
    subject: createToolPins(deps.log),
    accept: (name, digest) =>
      appendSystemEntry(deps, toolPinsStream, 'carol', 'tool-accepted', {
        name,
        digest,
        principal_id: 'carol',
      }),
  };
});
