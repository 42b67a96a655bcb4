import { createCloudModel, createFunction, openApplication, planStepTime } from '@hitl/cloud';
import { loadEnv } from '@hitl/lambda';
import { createHandler } from './handler.ts';

/** What Lambda calls. A step stops before its function's time is over; the workflow then enters it again on what is recorded. */
export const handler = createFunction({
  name: 'advance',
  async open(runtime) {
    const { LOG_EXECUTION_DATA: logsExecutionData = false } = loadEnv({ optional: ['LOG_EXECUTION_DATA'] });
    const { deps, tasks, handOver, feed, ensurePolicyRecorded } = await openApplication(runtime);
    const { model, modelId } = createCloudModel(runtime.region);
    return async (event: unknown, { remainingMs }) => {
      await ensurePolicyRecorded();
      const { stopAfterMs, graceMs, budgetMs } = planStepTime(remainingMs());
      const step = createHandler({
        ...deps,
        model,
        modelId,
        settings: {
          ...deps.settings,
          stopGraceMs: graceMs,
          stepBudgetMs: budgetMs,
          toolTimeoutMs: Math.min(deps.settings.toolTimeoutMs, stopAfterMs),
          previewTimeoutMs: Math.min(deps.settings.previewTimeoutMs, stopAfterMs),
        },
        logsExecutionData,
        tasks,
        requestApproval: (run_id) => handOver({ run_id }),
      });
      try {
        return await step(event, AbortSignal.timeout(stopAfterMs));
      } finally {
        // Beside the answer to the workflow, never before it.
        runtime.background(feed.flush());
      }
    };
  },
});
