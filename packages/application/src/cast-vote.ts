import { decideVote, settleApproval } from '@hitl/approvals';
import {
  createKeyedMutex,
  ForbiddenError,
  type RunEvent,
  type RunState,
  redactText,
  type VoteDecision,
} from '@hitl/core';
import { appendRefusal } from './append-refusal.ts';
import type { ApplicationDeps } from './application-deps.ts';
import { type Caller, resolveKnown } from './caller.ts';
import { loadApproval } from './load-run.ts';
import { notifyAll } from './notify-all.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { wakeRun } from './wake-run.ts';

export interface Ballot {
  readonly approval_id: string;
  readonly decision: VoteDecision;
  /** What the voter saw; any other than the current digest is refused. */
  readonly digest: string;
  readonly reason?: string | undefined;
  readonly rendered_digest?: string | undefined;
}

export type VoteDeps = Pick<
  ApplicationDeps,
  | 'repository'
  | 'log'
  | 'approvals'
  | 'directory'
  | 'workflow'
  | 'notifiers'
  | 'clock'
  | 'ids'
  | 'logger'
  | 'background'
>;

/**
 * Votes of one process on one request wait for each other: a thousand that race would each lose hundreds of times. What makes
 * several processes safe is the conditional append.
 */
const inTurn = createKeyedMutex();

/**
 * The one vote function: every channel ends here. Counts the vote or refuses it, and writes either to the record. Racing votes
 * are put in order by the record: one wins, the others learn who decided.
 * @throws NotFoundError, ForbiddenError, ConflictError with the refusal's code; InvalidInputError for a rejection without reason.
 */
export async function castVote(deps: VoteDeps, caller: Caller, ballot: Ballot): Promise<RunState> {
  let decided: RunState | undefined;
  const settle = async (run: RunState): Promise<RunState> => {
    const { run: next, settled } = await settleIfDue(deps, run, ballot.approval_id);
    if (settled) decided = next;
    return next;
  };
  try {
    return await inTurn(ballot.approval_id, async () => {
      let voted: RunState | undefined = await retryOnConflict(() => castOnce(deps, caller, ballot, settle));
      if (isDecided(voted, ballot)) decided = voted;
      // Apart from the vote: whoever writes in between must not make a vote that counts look like a second one.
      return retryOnConflict(async () => {
        const run = voted ?? (await loadApproval(deps, ballot.approval_id)).run;
        voted = undefined;
        return settle(run);
      });
    });
  } finally {
    // Also when this vote was refused: whoever writes a decision wakes the run, or nobody does.
    if (decided !== undefined) {
      await wakeRun(deps, decided.run_id);
      notifyAll(deps, 'approval-decided', decided, ballot.approval_id);
    }
  }
}

async function castOnce(
  deps: VoteDeps,
  caller: Caller,
  ballot: Ballot,
  settle: (run: RunState) => Promise<RunState>,
): Promise<RunState> {
  const { run: loaded } = await loadApproval(deps, ballot.approval_id);
  // What an earlier crash left undecided is decided first, so that this vote meets the true state.
  const run = await settle(loaded);
  const approval = run.approvals.get(ballot.approval_id) ?? fail();
  const nowMs = deps.clock.now();
  const principal = await resolveKnown(deps.directory, caller).catch(async (error: unknown) => {
    if (!(error instanceof ForbiddenError)) throw error;
    const data = {
      approval_id: ballot.approval_id,
      principal_id: caller.id,
      channel: caller.channel,
      decision: ballot.decision,
      code: error.code,
      detail: error.message,
    };
    await appendRefusal(deps, run, { type: 'vote-refused', data }, caller);
    throw error;
  });
  const verdict = decideVote(
    approval,
    {
      principal,
      channel: caller.channel,
      decision: ballot.decision,
      digest: ballot.digest,
      ...(ballot.reason === undefined ? {} : { reason: redactText(ballot.reason) }),
      ...(ballot.rendered_digest === undefined ? {} : { rendered_digest: ballot.rendered_digest }),
    },
    { nowMs, voteId: deps.ids.next('vote') },
  );
  if (verdict.kind === 'refused') {
    await appendRefusal(deps, run, verdict.event, caller);
    throw verdict.error;
  }
  // The deciding vote and the decision go one after the other, before the lists are written.
  return deps.repository.append(run, verdict.event, caller.id, (voted) =>
    settlement(deps, voted, ballot.approval_id),
  );
}

function isDecided(run: RunState, ballot: Ballot): boolean {
  return run.approvals.get(ballot.approval_id)?.status !== 'pending';
}

/** Records the decision that the votes or the time imply, if they imply one. */
export async function settleIfDue(
  deps: Pick<ApplicationDeps, 'repository' | 'clock'>,
  run: RunState,
  approvalId: string,
): Promise<{ run: RunState; settled: boolean }> {
  const event = settlement(deps, run, approvalId);
  if (event === undefined) return { run, settled: false };
  return { run: await deps.repository.append(run, event, 'system'), settled: true };
}

function settlement(
  deps: Pick<ApplicationDeps, 'clock'>,
  run: RunState,
  approvalId: string,
): RunEvent | undefined {
  const approval = run.approvals.get(approvalId);
  return approval === undefined ? undefined : settleApproval(approval, deps.clock.now());
}

function fail(): never {
  throw new Error('the approval vanished between two reads of one record');
}
