import { settleApproval } from '@hitl/approvals';
import {
  approvalDigest,
  type CallState,
  HitlError,
  type Preview,
  qualifiedName,
  type RunState,
  redactText,
  type ToolDefinition,
  toolCallDigest,
} from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { decidePolicy, readPreview } from './gate-call.ts';

type RefusalDeps = Pick<
  ApplicationDeps,
  'tools' | 'policy' | 'callHistory' | 'clock' | 'settings' | 'logger'
>;

export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

/** A call's definition as the run knows it, and whether an earlier attempt counts in the history of calls already. */
export interface CheckedCall {
  readonly call: CallState;
  readonly tool: ToolDefinition | undefined;
  readonly isRepetition: boolean;
}

/** Everything that must hold right before a call is sent; the first thing that does not is the refusal. */
export async function findRefusal(
  deps: RefusalDeps,
  run: RunState,
  { call, tool, isRepetition }: CheckedCall,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const name = qualifiedName(call);
  if (tool === undefined || tool.digest !== call.tool_digest) {
    return { code: 'tool_definition_changed', detail: `${name} is not the tool that was decided on` };
  }
  if (toolCallDigest(call, call.tool_digest, call.preview) !== call.digest || !isPermitted(run, call)) {
    return { code: 'not_permitted', detail: `the record does not permit exactly this call of ${name}` };
  }
  if (call.approval_id !== undefined && tool.preview_tool !== undefined && call.preview === undefined) {
    return { code: 'not_permitted', detail: `nobody was shown what this call of ${name} changes` };
  }
  // A policy that now denies wins over an approval given before.
  const decision = await decidePolicy(
    deps,
    run,
    { tool, arguments: call.arguments },
    { ownCalls: isRepetition ? 1 : 0 },
  );
  if (decision.effect === 'deny') {
    return { code: 'denied_by_policy', detail: decision.reasons[0] ?? 'the policy in force now denies it' };
  }
  if (call.approval_id === undefined && decision.effect !== 'allow') {
    return { code: 'policy_changed', detail: 'the policy in force now asks a person first' };
  }
  if (call.preview === undefined) return undefined;
  return findDrift(deps, { call, tool, isRepetition }, call.preview, signal);
}

/** The target must still be as the approvers saw it; on a repetition, or as the first attempt was to leave it. */
async function findDrift(
  deps: RefusalDeps,
  { call, tool, isRepetition }: CheckedCall & { readonly tool: ToolDefinition },
  shown: Preview,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const name = qualifiedName(call);
  try {
    const now = await readPreview(deps, { tool, arguments: call.arguments }, signal);
    if (now?.state_digest === shown.state_digest) return undefined;
    if (isRepetition && now?.changes.length === 0) return undefined;
  } catch (error) {
    const why = error instanceof HitlError ? redactText(error.message) : 'it could not be read';
    if (error instanceof HitlError && error.code === 'tool_definition_changed')
      return { code: error.code, detail: why };
    return { code: 'target_drifted', detail: `what ${name} would change could not be read again: ${why}` };
  }
  return {
    code: 'target_drifted',
    detail: `what ${name} would change is no longer what was shown to the approvers`,
  };
}

/** Recomputed from the record, not believed from a status: an allow by policy, or votes that approve exactly these digests. */
function isPermitted(run: RunState, call: CallState): boolean {
  if (call.approval_id === undefined) return call.decision.effect === 'allow';
  const approval = run.approvals.get(call.approval_id);
  if (approval?.status !== 'approved' || approval.decided_at === undefined) return false;
  const byVotes = settleApproval({ ...approval, status: 'pending' }, Date.parse(approval.decided_at));
  const digests = approval.call_ids.map((id) => run.calls.get(id)?.digest ?? 'missing');
  return (
    byVotes?.data.status === 'approved' &&
    approval.call_ids.includes(call.call_id) &&
    approvalDigest(approval.approval_id, digests) === approval.digest
  );
}
