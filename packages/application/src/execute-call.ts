import {
  type CallState,
  IntegrityError,
  qualifiedName,
  RunBusyError,
  type RunEvent,
  type RunState,
  SequenceConflictError,
  type ToolDefinition,
  type ToolOutcome,
  UnavailableError,
} from '@hitl/core';
import { isActedOn, whileActing } from './acting-claims.ts';
import type { ApplicationDeps } from './application-deps.ts';
import { findRefusal } from './find-refusal.ts';
import { loadFrozenTools } from './freeze-tools.ts';
import { loadRun } from './load-run.ts';
import { persist } from './persist.ts';
import { resultEvent } from './result-event.ts';
import { sendAttempts, sendCall } from './send-call.ts';

type ExecuteDeps = Pick<
  ApplicationDeps,
  'repository' | 'tools' | 'policy' | 'callHistory' | 'clock' | 'ids' | 'settings' | 'logger' | 'blobs'
>;

/** How often one call is sent at most when nobody knows what became of the attempts before. */
const maxAttempts = 3;

interface Execution {
  readonly run: RunState;
  readonly call: CallState;
  readonly tool: ToolDefinition;
  readonly attempt: number;
}

/**
 * The execution ledger: one execution for each permitted call, whatever crashes. A claim is appended before the call and the
 * result after it; a claim without a result whose worker is gone is tried again only where the tool says that a repetition
 * changes nothing and everything that permitted it still holds, and is `unknown` everywhere else.
 */
export async function executeCall(
  deps: ExecuteDeps,
  run: RunState,
  callId: string,
  signal: AbortSignal,
): Promise<RunState> {
  const call = run.calls.get(callId);
  if (call === undefined) throw new IntegrityError(`run ${run.run_id} has no call ${callId}`);
  const tool = (await loadFrozenTools(deps, run)).find(
    (candidate) => candidate.server === call.server && candidate.tool === call.tool,
  );
  if (call.status === 'executing') return resumeClaimed(deps, run, call, tool, signal);
  if (call.status !== 'allowed' && call.status !== 'approved') {
    throw new IntegrityError(`call ${callId} is ${call.status} and must not be executed`);
  }
  const refusal = await findRefusal(deps, run, { call, tool, isRepetition: false }, signal);
  if (refusal !== undefined)
    return append(deps, run, { type: 'execution-refused', data: { call_id: callId, ...refusal } });
  if (tool === undefined) throw new IntegrityError(`${qualifiedName(call)} is not among the run's tools`);
  return claimAndCall(deps, { run, call, tool, attempt: 1 }, signal);
}

async function claimAndCall(deps: ExecuteDeps, execution: Execution, signal: AbortSignal): Promise<RunState> {
  const claimId = deps.ids.next('clm');
  // Longer than the call may take: a worker that is merely slow must not be taken for dead.
  const leaseEndsMs = deps.clock.now() + sendAttempts * deps.settings.toolTimeoutMs + 15_000;
  const claimed = await whileActing(claimId, async () => {
    const run = await claim(deps, execution, claimId, leaseEndsMs);
    // A process that was frozen right after its claim wakes up as one that others have taken for dead.
    if (deps.clock.now() >= leaseEndsMs) throw new RunBusyError('the claim ran out before the call was sent');
    const outcome = await countAndSend(deps, execution, signal);
    if (outcome.kind === 'unknown' && (await mayRepeat(deps, { ...execution, run }, signal))) return run;
    return recordOutcome(
      deps,
      { ...execution, run },
      claimId,
      await eventFor(deps, execution, outcome, signal),
    );
  });
  if (claimed.calls.get(execution.call.call_id)?.claim?.claim_id !== claimId) return claimed;
  if (claimed.calls.get(execution.call.call_id)?.status !== 'executing') return claimed;
  // A worker that was told to stop leaves the repetition to the next one.
  if (signal.aborted) throw new UnavailableError(`stopped while ${qualifiedName(execution.call)} was called`);
  return claimAndCall(deps, { ...execution, run: claimed, attempt: execution.attempt + 1 }, signal);
}

function claim(
  deps: ExecuteDeps,
  { run, call, attempt }: Execution,
  claimId: string,
  leaseEndsMs: number,
): Promise<RunState> {
  return append(deps, run, {
    type: 'execution-claimed',
    data: {
      call_id: call.call_id,
      digest: call.digest,
      attempt,
      owner: deps.settings.workerId,
      claim_id: claimId,
      lease_expires_at: new Date(leaseEndsMs).toISOString(),
    },
  });
}

/** Counted before it is sent: a limit on how often something may be done must not be blind to what is being done. */
async function countAndSend(
  deps: ExecuteDeps,
  { run, call }: Execution,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  try {
    await persist(() => count(deps, run, call));
  } catch (error) {
    deps.logger.error('the history of calls could not be written', { error: String(error) });
    return {
      kind: 'not_sent',
      code: 'call_history_unavailable',
      message: 'not sent: the call could not be counted',
    };
  }
  return sendCall(deps, run, call, signal);
}

function count(deps: ExecuteDeps, run: RunState, call: CallState): Promise<void> {
  return deps.callHistory.record({
    principal_id: run.started.principal.id,
    server: call.server,
    tool: call.tool,
    at_ms: deps.clock.now(),
    call_id: `${run.run_id}/${call.call_id}`,
  });
}

async function eventFor(
  deps: ExecuteDeps,
  { call }: Execution,
  outcome: ToolOutcome,
  signal: AbortSignal,
): Promise<RunEvent> {
  if (outcome.kind === 'not_sent' && signal.aborted && outcome.code !== 'tool_definition_changed') {
    const reason = 'the worker was told to stop before the call was sent';
    return { type: 'execution-released', data: { call_id: call.call_id, reason } };
  }
  return resultEvent(deps, call, outcome);
}

/**
 * Writes what became of a claimed call. Whoever writes to the run meanwhile (a cancellation, a late vote) must not cost the
 * result: it is appended after what they wrote, as long as the claim is still this one.
 */
async function recordOutcome(
  deps: ExecuteDeps,
  { run, call }: Execution,
  claimId: string,
  event: RunEvent,
): Promise<RunState> {
  let current = run;
  for (;;) {
    try {
      return await persist(() => append(deps, current, event));
    } catch (error) {
      if (!(error instanceof SequenceConflictError)) throw error;
      current = await persist(() => loadRun(deps, run.run_id));
      const now = current.calls.get(call.call_id);
      if (now?.status === 'executing' && now.claim?.claim_id === claimId) continue;
      // Either our own write whose answer was lost, or somebody who took us for dead: their word stands on the record.
      if (now?.status === 'executing')
        throw new RunBusyError(
          `call ${call.call_id} was taken over by ${now.claim?.owner ?? 'another worker'}`,
        );
      return current;
    }
  }
}

/** A claim stands without a result: somebody acts right now, or died while acting. */
async function resumeClaimed(
  deps: ExecuteDeps,
  run: RunState,
  call: CallState,
  tool: ToolDefinition | undefined,
  signal: AbortSignal,
): Promise<RunState> {
  const { claim } = call;
  if (claim === undefined) throw new IntegrityError(`call ${call.call_id} executes without a claim`);
  const isOwn = claim.owner === deps.settings.workerId;
  const mayAct = !isOwn && deps.settings.isWorkerAlive(claim.owner, Date.parse(claim.lease_expires_at));
  if (isActedOn(claim.claim_id) || mayAct)
    throw new RunBusyError(`call ${call.call_id} is being executed by ${claim.owner}`);
  const execution = { run, call, tool, attempt: claim.attempt };
  const obstacle = await findObstacle(deps, execution, signal);
  if (obstacle === undefined && tool !== undefined)
    return claimAndCall(deps, { ...execution, tool, attempt: claim.attempt + 1 }, signal);
  const reason = `the worker stopped while ${qualifiedName(call)} was being called, and it is not called again: ${obstacle}`;
  return append(deps, run, { type: 'execution-unknown', data: { call_id: call.call_id, reason } });
}

async function mayRepeat(deps: ExecuteDeps, execution: Execution, signal: AbortSignal): Promise<boolean> {
  // Within one step a second try is enough: what does not answer twice is not answered by asking on.
  return execution.attempt === 1 && (await findObstacle(deps, execution, signal)) === undefined;
}

/** Why a call whose outcome nobody knows must not be sent once more; `undefined` when it may. */
async function findObstacle(
  deps: ExecuteDeps,
  { run, call, tool, attempt }: Omit<Execution, 'tool'> & { readonly tool: ToolDefinition | undefined },
  signal: AbortSignal,
): Promise<string | undefined> {
  if (tool === undefined || !isRepeatable(tool)) return 'the tool does not say that it may be repeated';
  if (run.cancel_requested_by !== undefined) return `${run.cancel_requested_by} has cancelled the run`;
  if (attempt >= maxAttempts) return `it was tried ${attempt} times`;
  await count(deps, run, call);
  return (await findRefusal(deps, run, { call, tool, isRepetition: true }, signal))?.detail;
}

function isRepeatable(tool: ToolDefinition): boolean {
  return tool.annotations.idempotentHint === true || tool.annotations.readOnlyHint === true;
}

function append(deps: ExecuteDeps, run: RunState, event: RunEvent): Promise<RunState> {
  return deps.repository.append(run, event, 'system');
}
