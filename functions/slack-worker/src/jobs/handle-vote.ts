import { type Caller, castVote, loadApproval } from '@hitl/application';
import type { SlackJobOf } from '@hitl/slack';
import { refreshCards } from '../approval-cards.ts';
import { drawOrLeave } from '../draw-or-leave.ts';
import { type HandleJob, installationOfJob, type SlackWorkerDeps } from '../slack-worker-deps.ts';
import { isRefusal, tellRefusal } from '../tell-person.ts';
import { callerOf } from '../who-acts.ts';

/** A click on Approve, or a rejection with its reason. Every card then shows how the request stands. */
export const handleVote: HandleJob<'vote'> = async (deps, job, context) => {
  const caller = await callerOf(deps, job.who);
  try {
    if (!(context.isRepeated && (await isRecorded(deps, caller, job)))) {
      await castVote(deps.application, caller, {
        approval_id: job.approval_id,
        decision: job.decision,
        digest: job.digest,
        reason: job.reason,
        rendered_digest: job.rendered_digest,
      });
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await tellRefusal(deps, { ...job, installation: installationOfJob(job) }, error);
  }
  await drawOrLeave(deps, job, () => refreshCards(deps, job.approval_id));
};

/** Clocks of the ingress and of who wrote the record may differ by this much. */
const skewMs = 5000;

/** Whether the delivery before, which did not end, got as far as the record: as a vote or as a refusal. */
async function isRecorded(deps: SlackWorkerDeps, caller: Caller, job: SlackJobOf<'vote'>): Promise<boolean> {
  const { run } = await loadApproval(deps.application, job.approval_id);
  const sinceMs = Date.parse(job.received_at) - skewMs;
  const history = await deps.application.repository.history(run.run_id);
  return history.some(
    ({ type, at, actor, data }) =>
      (type === 'vote-cast' || type === 'vote-refused') &&
      actor === caller.id &&
      data.approval_id === job.approval_id &&
      Date.parse(at) >= sinceMs &&
      decisionIn(data) === job.decision,
  );
}

function decisionIn(data: Readonly<Record<string, unknown>>): unknown {
  const vote = data.vote as { readonly decision?: unknown } | undefined;
  return vote?.decision ?? data.decision;
}
