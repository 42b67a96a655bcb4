import { decideCancel, whyNotCancel } from '@hitl/approvals';
import { ConflictError, isFinished, pendingApproval, type RunState, redactText } from '@hitl/core';
import type { RequestDeps } from './application-deps.ts';
import { type Caller, resolveKnown, resolveRequester } from './caller.ts';
import { loadRun } from './load-run.ts';
import { recordingRefusals } from './record-refusal.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { wakeRun } from './wake-run.ts';

/** Cancels a run: what has not been executed will not be. The requester may, and who was asked to approve something of it. */
export async function cancelRun(
  deps: RequestDeps,
  caller: Caller,
  runId: string,
  reason?: string,
): Promise<RunState> {
  const text = reason === undefined ? undefined : redactText(reason);
  const run = await recordingRefusals(deps, caller, () =>
    retryOnConflict(() => cancelOnce(deps, caller, runId, text)),
  );
  await wakeRun(deps, runId);
  return run;
}

async function cancelOnce(
  deps: RequestDeps,
  caller: Caller,
  runId: string,
  reason: string | undefined,
): Promise<RunState> {
  let run = await loadRun(deps, runId);
  const isRequester = caller.id === run.started.principal.id;
  const principal = await (isRequester ? resolveRequester : resolveKnown)(deps.directory, caller);
  const error = whyNotCancel(run, principal, deps.clock.now());
  if (error !== undefined) throw error;
  if (isFinished(run)) throw new ConflictError('run_not_active', `the run is ${run.status} already`);
  if (run.cancel_requested_by === undefined) {
    run = await deps.repository.append(
      run,
      {
        type: 'cancel-requested',
        data: {
          principal_id: principal.id,
          channel: caller.channel,
          ...(reason === undefined ? {} : { reason }),
        },
      },
      principal.id,
    );
  }
  for (let open = pendingApproval(run); open !== undefined; open = pendingApproval(run)) {
    run = await deps.repository.append(
      run,
      decideCancel(run, open, principal, { nowMs: deps.clock.now(), reason }),
      principal.id,
    );
  }
  return run;
}
