import { createFunction, createHandOverNotifier, openHandOver, openStores, openWorkflow } from '@hitl/cloud';
import { systemClock } from '@hitl/core';
import { loadEnv } from '@hitl/lambda';
import { createHandler } from './handler.ts';
import { maintain } from './maintain.ts';

/** Kept for the answer and what people are told. */
const marginMs = 3000;

/** What Lambda calls: the workflow when a wait timed out, the schedule for everything that is due and everything that was lost. */
export const handler = createFunction({
  name: 'expire-approval',
  async open(runtime) {
    const { LOG_EXECUTION_DATA: logsExecutionData = false } = loadEnv({ optional: ['LOG_EXECUTION_DATA'] });
    const { auditLog: log, blobs, runs, approvals, repository } = openStores(runtime);
    const deps = {
      log,
      blobs,
      runs,
      approvals,
      repository,
      workflow: openWorkflow({ region: runtime.region, approvals }).engine,
      notifiers: [createHandOverNotifier(openHandOver(runtime.region))],
      background: runtime.background,
      clock: systemClock,
      logger: runtime.logger,
    };
    const expire = createHandler({ ...deps, logsExecutionData });
    return async (event: unknown, { remainingMs }) => {
      const isOfWorkflow = typeof event === 'object' && event !== null && 'execution_id' in event;
      if (isOfWorkflow) return expire(event);
      return maintain(deps, () => expire({}), AbortSignal.timeout(Math.max(0, remainingMs() - marginMs)));
    };
  },
});
