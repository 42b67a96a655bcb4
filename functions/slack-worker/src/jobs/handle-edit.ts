import { type Caller, editApproval, loadApproval } from '@hitl/application';
import { digestOf, InvalidInputError, type JsonObject, jsonObjectSchema } from '@hitl/core';
import type { SlackJobOf } from '@hitl/slack';
import { postCards } from '../approval-cards.ts';
import { drawOrLeave } from '../draw-or-leave.ts';
import { type HandleJob, installationOfJob, type SlackWorkerDeps } from '../slack-worker-deps.ts';
import { isRefusal, tellRefusal } from '../tell-person.ts';
import { callerOf } from '../who-acts.ts';

/** Other arguments for a waiting call: what was shown before is marked as replaced, a new card shows what is asked now. */
export const handleEdit: HandleJob<'edit'> = async (deps, job, context) => {
  const caller = await callerOf(deps, job.who);
  try {
    const args = readArguments(job.arguments_json);
    if (!(context.isRepeated && (await isDone(deps, caller, job, args)))) {
      await editApproval(deps.application, caller, {
        approval_id: job.approval_id,
        call_id: job.call_id,
        arguments: args,
        digest: job.digest,
      });
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await tellRefusal(deps, { ...job, installation: installationOfJob(job) }, error);
    return;
  }
  const { run } = await loadApproval(deps.application, job.approval_id);
  await drawOrLeave(deps, job, () => postCards(deps, run, job.approval_id));
};

/** The delivery before, which did not end, may have written the edit. */
async function isDone(
  deps: SlackWorkerDeps,
  caller: Caller,
  job: SlackJobOf<'edit'>,
  args: JsonObject,
): Promise<boolean> {
  const { run, approval } = await loadApproval(deps.application, job.approval_id);
  const calls = approval.call_ids.filter((id) => id === (job.call_id ?? id)).map((id) => run.calls.get(id));
  return (
    approval.digest !== job.digest &&
    approval.editors.includes(caller.id) &&
    calls.some((call) => call !== undefined && digestOf(call.arguments) === digestOf(args))
  );
}

function readArguments(json: string): JsonObject {
  try {
    return jsonObjectSchema.parse(JSON.parse(json));
  } catch {
    throw new InvalidInputError('arguments: must be one JSON object');
  }
}
