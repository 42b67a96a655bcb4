import { type ApprovalState, type CallState, isFinished, pendingApproval, type RunState } from '@hitl/core';

/** The one thing to do next. */
export type NextAction =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait' }
  | {
      readonly kind: 'close-approval';
      readonly approval: ApprovalState;
      readonly status: 'cancelled' | 'superseded';
    }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'decide'; readonly call_id: string; readonly wire_name: string; readonly step: number }
  | { readonly kind: 'settle'; readonly call_id: string }
  | { readonly kind: 'execute'; readonly call_id: string }
  | { readonly kind: 'request-approval'; readonly call_ids: readonly string[] }
  | { readonly kind: 'ask-model'; readonly step: number }
  | {
      readonly kind: 'finish';
      readonly because:
        | 'answered'
        | 'dry-run'
        | 'unknown-outcome'
        | 'cancelled'
        | 'rejected'
        | 'expired'
        | 'content-filter'
        | 'step-limit'
        | 'invalid-calls';
    };

/** How many model answers in a row may consist of nothing but calls that can't be looked at. */
const invalidStepLimit = 3;

/**
 * Decides from the record alone what comes next, so that any prefix of a run goes on exactly where it stopped. The order of
 * the questions is the safety argument: what is in flight is settled first, a stop of any kind comes before any new act,
 * and nothing of a step is asked or executed before every call of it has its decision.
 *
 * @param invalidCallIds proposed calls that the model was told can't be looked at; they never get a decision.
 */
export function nextAction(run: RunState, invalidCallIds: ReadonlySet<string>, maxSteps: number): NextAction {
  if (isFinished(run)) return { kind: 'done' };
  const calls = [...run.calls.values()];
  const withStatus = (...statuses: CallState['status'][]) =>
    calls.filter((call) => statuses.includes(call.status));

  const [inFlight] = withStatus('executing');
  if (inFlight !== undefined) return { kind: 'settle', call_id: inFlight.call_id };
  if (withStatus('unknown').length > 0) return { kind: 'finish', because: 'unknown-outcome' };

  const pending = pendingApproval(run);
  if (run.cancel_requested_by !== undefined) {
    return pending === undefined
      ? { kind: 'finish', because: 'cancelled' }
      : { kind: 'close-approval', approval: pending, status: 'cancelled' };
  }
  // One no ends the run: what else it asks people for has lost its purpose.
  for (const status of ['rejected', 'expired', 'cancelled'] as const) {
    if (withStatus(status).length === 0) continue;
    return pending === undefined
      ? { kind: 'finish', because: status }
      : { kind: 'close-approval', approval: pending, status: 'superseded' };
  }

  if (run.frozen === undefined) return { kind: 'freeze' };
  const last = run.steps.at(-1);
  if (last === undefined) return { kind: 'ask-model', step: 0 };
  if (last.finish_reason === 'content-filter') return { kind: 'finish', because: 'content-filter' };

  const undecided = last.proposed.find(
    ({ call_id }) => !run.calls.has(call_id) && !invalidCallIds.has(call_id),
  );
  if (undecided !== undefined) return { kind: 'decide', ...undecided, step: last.step };
  if (run.started.dry_run && calls.length > 0) return { kind: 'finish', because: 'dry-run' };

  const [allowed] = withStatus('allowed');
  if (allowed !== undefined) return { kind: 'execute', call_id: allowed.call_id };
  const gated = withStatus('awaiting_approval').filter(({ approval_id }) => approval_id === undefined);
  if (gated.length > 0) return { kind: 'request-approval', call_ids: gated.map((call) => call.call_id) };
  if (pending !== undefined) return { kind: 'wait' };
  const [approved] = withStatus('approved');
  if (approved !== undefined) return { kind: 'execute', call_id: approved.call_id };

  if (last.proposed.length === 0) return { kind: 'finish', because: 'answered' };
  const recent = run.steps.slice(-invalidStepLimit);
  const isStuck =
    recent.length === invalidStepLimit &&
    recent.every(
      ({ proposed }) => proposed.length > 0 && proposed.every(({ call_id }) => invalidCallIds.has(call_id)),
    );
  if (isStuck) return { kind: 'finish', because: 'invalid-calls' };
  if (run.steps.length >= maxSteps) return { kind: 'finish', because: 'step-limit' };
  return { kind: 'ask-model', step: run.steps.length };
}
