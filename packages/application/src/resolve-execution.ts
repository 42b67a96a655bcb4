import { ConflictError, ForbiddenError, NotFoundError, type RunState, redactText } from '@hitl/core';
import type { RequestDeps } from './application-deps.ts';
import { type Caller, resolveKnown } from './caller.ts';
import { loadRun } from './load-run.ts';
import { recordingRefusals } from './record-refusal.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

export interface Resolution {
  readonly run_id: string;
  readonly call_id: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly note: string;
}

/** A person who looked at the target says what became of a call whose outcome nobody knew. */
export async function resolveExecution(
  deps: RequestDeps,
  caller: Caller,
  resolution: Resolution,
): Promise<RunState> {
  return recordingRefusals(deps, caller, () => retryOnConflict(() => resolveOnce(deps, caller, resolution)));
}

async function resolveOnce(deps: RequestDeps, caller: Caller, resolution: Resolution): Promise<RunState> {
  const principal = await resolveKnown(deps.directory, caller);
  const run = await loadRun(deps, resolution.run_id);
  const call = run.calls.get(resolution.call_id);
  if (call === undefined)
    throw new NotFoundError(`run ${resolution.run_id} has no call ${resolution.call_id}`);
  if (principal.id === run.started.principal.id) {
    throw new ForbiddenError(
      'requester_may_not_vote',
      'somebody other than the requester must say what became of the call',
    );
  }
  if (principal.kind !== 'user')
    throw new ForbiddenError(
      'forbidden',
      `${principal.id} is a service; a person looks at the target and says`,
    );
  if (call.status !== 'unknown') {
    throw new ConflictError(
      'not_resolvable',
      `the call is ${call.status}; only an unknown outcome can be resolved`,
    );
  }
  return deps.repository.append(
    run,
    {
      type: 'execution-resolved',
      data: {
        call_id: call.call_id,
        principal_id: principal.id,
        outcome: resolution.outcome,
        note: redactText(resolution.note),
      },
    },
    principal.id,
  );
}
