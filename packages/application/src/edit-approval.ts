import { validateArguments } from '@hitl/agent';
import { checkEdit, decideEdit, type EditVerdict, type ProposedEdit } from '@hitl/approvals';
import {
  canonicalJson,
  InvalidInputError,
  type JsonObject,
  qualifiedName,
  type RunState,
  type ToolDefinition,
  toolCallDigest,
} from '@hitl/core';
import { appendRefusal } from './append-refusal.ts';
import type { RequestDeps } from './application-deps.ts';
import { type Caller, resolveKnown } from './caller.ts';
import { settleIfDue } from './cast-vote.ts';
import { loadFrozenTools } from './freeze-tools.ts';
import { decideCall } from './gate-call.ts';
import { loadApproval } from './load-run.ts';
import { notifyAll } from './notify-all.ts';
import { recordingRefusals } from './record-refusal.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

export interface Edit {
  readonly approval_id: string;
  /** Needed where the request holds several calls. */
  readonly call_id?: string | undefined;
  readonly arguments: JsonObject;
  readonly digest: string;
}

/**
 * Changes a waiting call's arguments: new digest, policy and preview again, earlier votes void, and whoever edited does not
 * count as an approver any more.
 */
export async function editApproval(deps: RequestDeps, caller: Caller, edit: Edit): Promise<RunState> {
  const run = await retryOnConflict(() => editOnce(deps, caller, edit));
  notifyAll(deps, 'approval-requested', run, edit.approval_id);
  return run;
}

async function editOnce(deps: RequestDeps, caller: Caller, edit: Edit): Promise<RunState> {
  const principal = await recordingRefusals(deps, caller, () => resolveKnown(deps.directory, caller));
  const { run: loaded } = await loadApproval(deps, edit.approval_id);
  const { run } = await settleIfDue(deps, loaded, edit.approval_id);
  const approval = run.approvals.get(edit.approval_id);
  const callId = edit.call_id ?? (approval?.call_ids.length === 1 ? approval.call_ids[0] : undefined);
  const call = callId === undefined ? undefined : run.calls.get(callId);
  if (approval === undefined || call === undefined || !approval.call_ids.includes(call.call_id)) {
    throw new InvalidInputError('call_id: this request holds several calls; name one of them', {
      errors: [{ path: 'call_id', message: `one of ${approval?.call_ids.join(', ')}` }],
    });
  }
  const tool = (await loadFrozenTools(deps, run)).find(
    (t) => t.server === call.server && t.tool === call.tool,
  );
  if (tool === undefined) throw new InvalidInputError(`${qualifiedName(call)} is not among the run's tools`);
  const proposed = {
    run,
    approval,
    call,
    edit: { principal, channel: caller.channel, arguments: edit.arguments, digest: edit.digest },
  };
  const verdict = checkEdit(proposed, deps.clock.now()) ?? (await judgeEdit(deps, proposed, tool));
  if (verdict.kind === 'accepted') return deps.repository.append(run, verdict.event, caller.id);
  await appendRefusal(deps, run, verdict.event, caller);
  throw verdict.error;
}

/** As for the calls that a model proposes: one entry of the record must take it. */
const maxArgumentsBytes = 192 * 1024;

/** Policy and preview of the edited call, asked only once it is known that this person may edit. */
async function judgeEdit(
  deps: RequestDeps,
  proposed: ProposedEdit,
  tool: ToolDefinition,
): Promise<EditVerdict> {
  const { run, call, edit } = proposed;
  const problems =
    Buffer.byteLength(canonicalJson(edit.arguments)) > maxArgumentsBytes
      ? [`must not be larger than ${maxArgumentsBytes} bytes`]
      : validateArguments(tool.input_schema, edit.arguments);
  if (problems.length > 0) {
    throw new InvalidInputError(`arguments: ${problems.join('; ')}`, {
      errors: problems.map((message) => ({ path: 'arguments', message })),
    });
  }
  const edited = { tool, arguments: edit.arguments };
  const { decision, preview } = await decideCall(deps, run, edited, undefined, { isAwaited: true });
  const toolCall = { server: call.server, tool: call.tool, arguments: edit.arguments };
  return decideEdit(
    proposed,
    {
      decision,
      ...(preview === undefined ? {} : { preview }),
      callDigest: toolCallDigest(toolCall, call.tool_digest, preview),
    },
    { nowMs: deps.clock.now() },
  );
}
