import {
  type ApprovalRequirement,
  type ApprovalState,
  approvalDigest,
  type CallState,
  type Channel,
  canonicalJson,
  type Decision,
  ForbiddenError,
  type HitlError,
  IntegrityError,
  InvalidInputError,
  type JsonObject,
  meetsAssurance,
  mergeRequirements,
  type Preview,
  type Principal,
  type RunState,
  toolCallDigest,
} from '@hitl/core';
import { isAmong, stoppersOf } from './approvers.ts';
import { staleDigest } from './decide-vote.ts';
import type { RunEventOf } from './run-event-of.ts';
import { tooLate } from './too-late.ts';

export interface ProposedEdit {
  readonly run: RunState;
  readonly approval: ApprovalState;
  /** The call to change; must be one of the request's. */
  readonly call: CallState;
  readonly edit: {
    /** Resolved from the directory, with the assurance of the channel. */
    readonly principal: Principal;
    readonly channel?: Channel;
    readonly arguments: JsonObject;
    /** The request's digest that the editor saw. */
    readonly digest: string;
  };
}

/** What policy and preview say of the call with its new arguments. */
export interface Reevaluation {
  readonly decision: Decision;
  readonly preview?: Preview | undefined;
  /** Digest of the edited call. It is computed again here: a stale one is an `IntegrityError`. */
  readonly callDigest: string;
}

export type EditVerdict =
  | { readonly kind: 'accepted'; readonly event: RunEventOf<'approval-edited'> }
  | { readonly kind: 'refused'; readonly event: RunEventOf<'edit-refused'>; readonly error: HitlError };

/**
 * Whether this person may make this edit at all, before policy and preview are asked (a preview reads from the target).
 * `undefined` means go on; `decideEdit` checks again.
 */
export function checkEdit(proposed: ProposedEdit, nowMs: number): EditVerdict | undefined {
  const error = refusal(proposed, nowMs);
  return error === undefined ? undefined : refused(proposed, error);
}

/**
 * Changes a waiting call's arguments: a new digest, every earlier vote void, a new expiry, and the editor out as an approver.
 * What was demanded before stays demanded, whatever the policy says of the new arguments; more may be added, nothing taken away.
 */
export function decideEdit(
  proposed: ProposedEdit,
  reevaluated: Reevaluation,
  context: { readonly nowMs: number },
): EditVerdict {
  const { run, approval, call, edit } = proposed;
  const { decision, preview } = reevaluated;
  const error = refusal(proposed, context.nowMs) ?? deniedByPolicy(decision);
  if (error !== undefined) return refused(proposed, error);

  const toolCall = { server: call.server, tool: call.tool, arguments: edit.arguments };
  const callDigest = toolCallDigest(toolCall, call.tool_digest, preview);
  if (callDigest !== reevaluated.callDigest)
    throw new IntegrityError(
      `the digest given for call ${call.call_id} is not the one of its edited arguments`,
    );
  const requirement = raisedRequirement(approval.requirement, decision);
  const data = {
    approval_id: approval.approval_id,
    principal_id: edit.principal.id,
    ...(edit.channel === undefined ? {} : { channel: edit.channel }),
    call_id: call.call_id,
    arguments: edit.arguments,
    call_digest: callDigest,
    ...(preview === undefined ? {} : { preview }),
    decision,
    digest: approvalDigest(
      approval.approval_id,
      approval.call_ids.map((id) => (id === call.call_id ? callDigest : digestOfCall(run, id))),
    ),
    requirement,
    expires_at: new Date(context.nowMs + requirement.expires_in_seconds * 1000).toISOString(),
  };
  return { kind: 'accepted', event: { type: 'approval-edited', data } };
}

function refusal({ run, approval, call, edit }: ProposedEdit, nowMs: number): HitlError | undefined {
  const late = tooLate(approval, nowMs);
  if (late !== undefined) return late;
  if (!approval.call_ids.includes(call.call_id)) {
    const message = `must be one of ${approval.call_ids.join(', ')}`;
    return new InvalidInputError(`call_id ${message}`, { errors: [{ path: 'call_id', message }] });
  }
  if (edit.digest !== approval.digest) return staleDigest(approval);
  const { principal } = edit;
  const isRequester = principal.id === approval.requester_id;
  if (!isRequester && (principal.kind !== 'user' || !isAmong(stoppersOf(approval, nowMs), principal)))
    return new ForbiddenError(
      'forbidden',
      `only the requester or an approver may edit; ${principal.id} is neither`,
    );
  // Somebody who merely claims to be an approver could otherwise edit in that name and so shut the real one out of the vote.
  const demanded = isRequester ? run.started.principal.assurance : approval.requirement.assurance;
  if (!meetsAssurance(principal.assurance, demanded)) {
    return new ForbiddenError(
      'assurance_too_low',
      `this edit needs somebody who is ${demanded}; ${principal.id} is ${principal.assurance} here`,
    );
  }
  if (canonicalJson(edit.arguments) === canonicalJson(call.arguments)) {
    const message = 'the arguments are the same as before';
    return new InvalidInputError(message, { errors: [{ path: 'arguments', message }] });
  }
  return undefined;
}

/** Fails closed: whatever is neither a plain allow nor an approval with its requirement is a deny. */
function deniedByPolicy(decision: Decision): ForbiddenError | undefined {
  if (decision.effect === 'allow') return undefined;
  if (decision.effect === 'approval' && decision.requirement !== undefined) return undefined;
  const why = decision.reasons.join('; ');
  return new ForbiddenError(
    'denied_by_policy',
    `the policy denies the edited call${why === '' ? '' : `: ${why}`}`,
    {
      details: { rule_ids: decision.rule_ids },
    },
  );
}

function raisedRequirement(earlier: ApprovalRequirement, decision: Decision): ApprovalRequirement {
  return decision.requirement === undefined ? earlier : mergeRequirements([earlier, decision.requirement]);
}

function digestOfCall(run: RunState, callId: string): string {
  const digest = run.calls.get(callId)?.digest;
  if (digest === undefined) throw new IntegrityError(`the run has no call ${callId}`);
  return digest;
}

function refused({ approval, edit }: ProposedEdit, error: HitlError): EditVerdict {
  const data = {
    approval_id: approval.approval_id,
    principal_id: edit.principal.id,
    ...(edit.channel === undefined ? {} : { channel: edit.channel }),
    code: error.code,
    detail: error.message,
  };
  return { kind: 'refused', event: { type: 'edit-refused', data }, error };
}
