import { cancelRun } from '@hitl/application';
import { NotFoundError } from '@hitl/core';
import { stopRelayed } from '../relayed-answer.ts';
import { newestRunOf } from '../run-thread.ts';
import { type HandleJob, installationOfJob } from '../slack-worker-deps.ts';
import { isRefusal, tellRefusal } from '../tell-person.ts';
import { knownCallerOf } from '../who-acts.ts';

/** Stop was pressed: the run, or another agent's answer, is cancelled, if it is theirs. Whoever shows it sees its end. */
export const handleStop: HandleJob<'stop'> = async (deps, job, context) => {
  try {
    const caller = await knownCallerOf(deps, job.who);
    const runId =
      job.run_id ?? (job.where === undefined ? undefined : await newestRunOf(deps.items, job.where));
    if (runId === undefined) throw new NotFoundError('nothing runs in this thread');
    if (await stopRelayed(deps, caller, runId)) return;
    await cancelRun(deps.application, caller, runId, 'stopped in Slack');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // The delivery before may have cancelled it.
    if (context.isRepeated && error.code === 'run_not_active') return;
    await tellRefusal(deps, { ...job, installation: installationOfJob(job) }, error);
  }
};
