import { AgentOrchestrator } from '@hitl/agent';
import { HitlError, isFinished, type RunState, SequenceConflictError, UnavailableError } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { resumeGrants } from './apply-grants.ts';
import { settleIfDue } from './cast-vote.ts';
import { executeCall } from './execute-call.ts';
import { freezeTools } from './freeze-tools.ts';
import { gateCall } from './gate-call.ts';
import { loadRun } from './load-run.ts';
import { noteFailedStep } from './note-failed-step.ts';
import { notifyAll } from './notify-all.ts';
import { requestApprovals } from './request-approval.ts';

export type AdvanceOutcome = 'finished' | 'awaiting_approval' | 'continue';

/** Lost races after which a step gives up and is entered again by the workflow. */
const maxConflicts = 20;

/**
 * The one re-entrant step of the workflow: takes a run as its record stands and brings it as far as it can come now. Safe to
 * enter at any time, any number of times, from several processes. `loaded` is the run where it has just been read.
 * @throws RunBusyError (retryable) while another live worker executes a call of this run.
 */
export async function advanceRun(
  deps: ApplicationDeps,
  runId: string,
  signal: AbortSignal,
  loaded?: RunState,
): Promise<{ outcome: AdvanceOutcome; run: RunState }> {
  for (let conflicts = 0; ; conflicts += 1) {
    try {
      const entered = conflicts === 0 ? loaded : undefined;
      return await advanceOnce(deps, entered ?? (await loadRun(deps, runId)), signal);
    } catch (error) {
      // Somebody voted, cancelled or advanced in between: the record has moved, so look again.
      if (error instanceof SequenceConflictError && conflicts < maxConflicts) continue;
      const ended = isPassing(error) || signal.aborted ? undefined : await noteFailedStep(deps, runId, error);
      if (ended === undefined) throw error;
      await concludeRun(deps, ended);
      return { outcome: 'finished', run: ended };
    }
  }
}

/** What waiting mends by itself: another worker, another writer, a store that is away. */
function isPassing(error: unknown): boolean {
  return error instanceof HitlError && error.isRetryable;
}

async function advanceOnce(
  deps: ApplicationDeps,
  entered: RunState,
  signal: AbortSignal,
): Promise<{ outcome: AdvanceOutcome; run: RunState }> {
  let run = entered;
  for (const approvalId of run.approvals.keys()) {
    const { run: next, settled } = await settleIfDue(deps, run, approvalId);
    run = next;
    if (settled) notifyAll(deps, 'approval-decided', run, approvalId);
  }
  if (!isFinished(run)) run = await resumeGrants(deps, run);
  if (isFinished(run)) {
    await deps.repository.repairIndexes(run);
    return { outcome: 'finished', run };
  }
  const orchestrator = new AgentOrchestrator({
    model: deps.model,
    modelId: deps.modelId,
    blobs: deps.blobs,
    record: (state, event) => deps.repository.append(state, event, 'system'),
    freezeTools: (state) => freezeTools(deps, state, signal),
    gate: (state, call) => gateCall(deps, state, call, signal),
    execute: (state, callId, callSignal) => executeCall(deps, state, callId, callSignal),
    requestApproval: (state, callIds) => requestApprovals(deps, state, callIds),
    emit: (event) => deps.publish(entered.run_id, event),
    clock: deps.clock,
    limits: {
      maxSteps: deps.settings.maxSteps,
      maxCallsPerStep: deps.settings.maxCallsPerStep,
      toolOutputTokens: deps.settings.toolOutputTokens,
      ...(deps.settings.stepBudgetMs === undefined ? {} : { stepBudgetMs: deps.settings.stepBudgetMs }),
    },
  });
  const result = await orchestrator.advance(run, { signal });
  if (result.outcome === 'continue' && result.run.sequence === run.sequence && isTimed(deps))
    return noteStall(deps, result.run);
  if (result.outcome === 'finished') await concludeRun(deps, result.run);
  // What an earlier step may have left behind when it died; a step's own requests are in the lists already.
  else if (result.outcome === 'awaiting_approval' && entered.approvals.size > 0)
    await deps.repository.repairIndexes(result.run);
  return result;
}

function isTimed({ settings }: ApplicationDeps): boolean {
  return settings.stepBudgetMs !== undefined;
}

/**
 * A whole step's time was not enough for the one thing that it began with, and nothing of it is left. The same again may do;
 * for ever it must not, for nothing of it counts against the run's own time.
 */
async function noteStall(
  deps: ApplicationDeps,
  run: RunState,
): Promise<{ outcome: AdvanceOutcome; run: RunState }> {
  const { run_id } = run;
  const error = new UnavailableError('the model did not answer within the time that a step has');
  const ended = await noteFailedStep(deps, run_id, error);
  if (ended === undefined) return { outcome: 'continue', run: await loadRun(deps, run_id) };
  await concludeRun(deps, ended);
  return { outcome: 'finished', run: ended };
}

/** What follows from a finished run and may be done again without harm. */
async function concludeRun(deps: ApplicationDeps, run: RunState): Promise<void> {
  const key = { principal_id: run.started.principal.id, session_id: run.session_id };
  try {
    await deps.memory.remember(key, `${run.run_id}/user`, {
      role: 'user',
      text: run.started.query,
      at: run.created_at,
    });
    if (run.output !== undefined && run.output !== '') {
      await deps.memory.remember(key, `${run.run_id}/assistant`, {
        role: 'assistant',
        text: run.output,
        at: run.updated_at,
      });
    }
  } catch (error) {
    deps.logger.warn('memory could not be written', { run_id: run.run_id, error: String(error) });
  }
  notifyAll(deps, 'run-finished', run);
}
