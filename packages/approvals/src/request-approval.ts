import {
  approvalDigest,
  type CallState,
  InvalidInputError,
  mergeRequirements,
  type RunState,
} from '@hitl/core';
import type { RunEventOf } from './run-event-of.ts';

/**
 * Asks people for all these calls of one run at once. The requirement is what the policy demanded of each, merged; nothing that
 * the requester, the model or the call itself says can shorten, widen or replace it.
 * @throws InvalidInputError when a call is unknown, listed twice, asked for already, or needs no approval.
 */
export function requestApproval(request: {
  readonly run: RunState;
  readonly approvalId: string;
  readonly callIds: readonly string[];
  readonly nowMs: number;
}): RunEventOf<'approval-requested'> {
  const { run, approvalId, callIds, nowMs } = request;
  if (callIds.length === 0) throw new InvalidInputError('an approval request needs at least one call');
  if (new Set(callIds).size !== callIds.length)
    throw new InvalidInputError('an approval request names each call once');
  if (run.approvals.has(approvalId)) throw new InvalidInputError(`approval ${approvalId} exists already`);
  const calls = callIds.map((id) => gatedCall(run, id));
  const requirement = mergeRequirements(calls.map(({ requirement }) => requirement));
  return {
    type: 'approval-requested',
    data: {
      approval_id: approvalId,
      call_ids: [...callIds],
      digest: approvalDigest(
        approvalId,
        calls.map(({ call }) => call.digest),
      ),
      requirement,
      expires_at: new Date(nowMs + requirement.expires_in_seconds * 1000).toISOString(),
    },
  };
}

function gatedCall(run: RunState, callId: string) {
  const call: CallState | undefined = run.calls.get(callId);
  if (call === undefined) throw new InvalidInputError(`the run has no call ${callId}`);
  if (call.approval_id !== undefined)
    throw new InvalidInputError(`call ${callId} belongs to approval ${call.approval_id} already`);
  const { requirement } = call.decision;
  if (call.status !== 'awaiting_approval' || requirement === undefined)
    throw new InvalidInputError(`call ${callId} is ${call.status}; only a gated call can be asked for`);
  return { call, requirement };
}
