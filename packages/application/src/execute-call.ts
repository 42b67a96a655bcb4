import {
  approvalDigest,
  type CallState,
  digestOf,
  HitlError,
  IntegrityError,
  type JsonValue,
  type Preview,
  qualifiedName,
  RunBusyError,
  type RunEvent,
  type RunState,
  redactSecrets,
  storePayload,
  type ToolDefinition,
  type ToolOutcome,
  toolCallDigest,
} from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { loadFrozenTools } from './freeze-tools.ts';
import { decidePolicy, readPreview } from './gate-call.ts';

type ExecuteDeps = Pick<
  ApplicationDeps,
  'repository' | 'tools' | 'policy' | 'callHistory' | 'clock' | 'settings' | 'logger' | 'blobs'
>;

/** How often a call that certainly never reached its server is tried again before it counts as failed. */
const sendAttempts = 3;

/**
 * The execution ledger: one execution for each permitted call, whatever crashes. A claim is appended before the call and the
 * result after it; a claim without a result whose worker is gone is tried again only where the tool says that a repetition
 * changes nothing, and is `unknown` everywhere else.
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
  const refusal = await findRefusal(deps, run, call, tool, signal);
  if (refusal !== undefined)
    return record(deps, run, { type: 'execution-refused', data: { call_id: callId, ...refusal } });
  return claimAndCall(deps, run, call, requireTool(tool, call), 1, signal);
}

async function claimAndCall(
  deps: ExecuteDeps,
  run: RunState,
  call: CallState,
  tool: ToolDefinition,
  attempt: number,
  signal: AbortSignal,
): Promise<RunState> {
  const { settings, clock } = deps;
  const timeoutMs = settings.toolTimeoutMs;
  const claimed = await record(deps, run, {
    type: 'execution-claimed',
    data: {
      call_id: call.call_id,
      digest: call.digest,
      attempt,
      owner: settings.workerId,
      // Longer than the call may take: a worker that is merely slow must not be taken for dead.
      lease_expires_at: new Date(clock.now() + sendAttempts * timeoutMs + 15_000).toISOString(),
    },
  });
  await deps.callHistory.record({
    principal_id: run.started.principal.id,
    server: call.server,
    tool: call.tool,
    at_ms: clock.now(),
    call_id: `${run.run_id}/${call.call_id}`,
  });
  const outcome = await send(deps, run, call, signal);
  if (outcome.kind === 'unknown' && isRepeatable(tool) && attempt === 1) {
    return claimAndCall(deps, claimed, call, tool, attempt + 1, signal);
  }
  return record(deps, claimed, await resultEvent(deps, call, outcome));
}

async function send(
  deps: ExecuteDeps,
  run: RunState,
  call: CallState,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    let outcome: ToolOutcome;
    try {
      outcome = await deps.tools.call(call, call.tool_digest, {
        signal,
        timeoutMs: deps.settings.toolTimeoutMs,
        idempotencyKey: digestOf({ run_id: run.run_id, call_id: call.call_id, digest: call.digest }),
      });
    } catch (error) {
      // A tool source must not throw; if it does, nobody knows how far the call came.
      deps.logger.error('tool source threw', {
        run_id: run.run_id,
        call_id: call.call_id,
        error: String(error),
      });
      return {
        kind: 'unknown',
        message: `calling ${qualifiedName(call)} failed in a way that leaves its outcome unknown`,
      };
    }
    const mayRetry =
      outcome.kind === 'not_sent' && outcome.code !== 'tool_definition_changed' && !signal.aborted;
    if (!mayRetry || attempt >= sendAttempts) return outcome;
    await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt * (0.5 + Math.random() / 2)));
  }
}

async function resultEvent(deps: ExecuteDeps, call: CallState, outcome: ToolOutcome): Promise<RunEvent> {
  const call_id = call.call_id;
  switch (outcome.kind) {
    case 'succeeded': {
      const value = {
        content: outcome.content,
        ...(outcome.structured === undefined ? {} : { structured: outcome.structured }),
      };
      return {
        type: 'execution-succeeded',
        data: {
          call_id,
          result: await storePayload(deps.blobs, redactSecrets(value) as JsonValue),
          ...(outcome.upstream_request_id === undefined
            ? {}
            : { upstream_request_id: outcome.upstream_request_id }),
        },
      };
    }
    case 'failed':
      return {
        type: 'execution-failed',
        data: {
          call_id,
          error: { code: outcome.code, message: redactSecrets(outcome.message) },
          ...(outcome.content === undefined
            ? {}
            : { result: await storePayload(deps.blobs, redactSecrets({ content: outcome.content })) }),
        },
      };
    case 'not_sent':
      return outcome.code === 'tool_definition_changed'
        ? {
            type: 'execution-refused',
            data: { call_id, code: outcome.code, detail: redactSecrets(outcome.message) },
          }
        : {
            type: 'execution-failed',
            data: { call_id, error: { code: outcome.code, message: redactSecrets(outcome.message) } },
          };
    case 'unknown':
      return { type: 'execution-unknown', data: { call_id, reason: redactSecrets(outcome.message) } };
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
  const claim = call.claim;
  if (claim === undefined) throw new IntegrityError(`call ${call.call_id} executes without a claim`);
  if (deps.settings.isWorkerAlive(claim.owner, Date.parse(claim.lease_expires_at))) {
    throw new RunBusyError(`call ${call.call_id} is being executed by ${claim.owner}`);
  }
  if (tool !== undefined && isRepeatable(tool)) {
    return claimAndCall(deps, run, call, tool, claim.attempt + 1, signal);
  }
  return record(deps, run, {
    type: 'execution-unknown',
    data: {
      call_id: call.call_id,
      reason: `the worker stopped while ${qualifiedName(call)} was being called, and the tool does not say that it may be repeated`,
    },
  });
}

function isRepeatable(tool: ToolDefinition): boolean {
  return tool.annotations.idempotentHint === true || tool.annotations.readOnlyHint === true;
}

/** Everything that must still hold right before the call; the first thing that does not is the refusal. */
async function findRefusal(
  deps: ExecuteDeps,
  run: RunState,
  call: CallState,
  tool: ToolDefinition | undefined,
  signal: AbortSignal,
): Promise<{ code: string; detail: string } | undefined> {
  const name = qualifiedName(call);
  if (tool === undefined || tool.digest !== call.tool_digest) {
    return { code: 'tool_definition_changed', detail: `${name} is not the tool that was decided on` };
  }
  if (toolCallDigest(call, call.tool_digest, call.preview) !== call.digest || !isPermitted(run, call)) {
    return { code: 'not_permitted', detail: `the record does not permit exactly this call of ${name}` };
  }
  // A policy that now denies wins over an approval given before.
  const decision = await decidePolicy(deps, run, { tool, arguments: call.arguments });
  if (decision.effect === 'deny') {
    return { code: 'denied_by_policy', detail: decision.reasons[0] ?? 'the policy in force now denies it' };
  }
  if (call.approval_id === undefined && decision.effect !== 'allow') {
    return { code: 'policy_changed', detail: 'the policy in force now asks a person first' };
  }
  if (call.preview !== undefined) return findDrift(deps, call, call.preview, tool, signal);
  return undefined;
}

/** The target must still be as the approvers saw it. */
async function findDrift(
  deps: ExecuteDeps,
  call: CallState,
  shown: Preview,
  tool: ToolDefinition,
  signal: AbortSignal,
): Promise<{ code: string; detail: string } | undefined> {
  const name = qualifiedName(call);
  try {
    const now = await readPreview(deps, { tool, arguments: call.arguments }, signal);
    if (now?.state_digest === shown.state_digest) return undefined;
  } catch (error) {
    const why = error instanceof HitlError ? error.message : 'it could not be read';
    return { code: 'target_drifted', detail: `what ${name} would change could not be read again: ${why}` };
  }
  return {
    code: 'target_drifted',
    detail: `what ${name} would change is no longer what was shown to the approvers`,
  };
}

/** Recomputed from the record, not believed from a status: an allow by policy, or an approval of exactly these digests. */
function isPermitted(run: RunState, call: CallState): boolean {
  if (call.approval_id === undefined) return call.decision.effect === 'allow';
  const approval = run.approvals.get(call.approval_id);
  if (approval === undefined || approval.status !== 'approved') return false;
  const digests = approval.call_ids.map((id) => run.calls.get(id)?.digest ?? 'missing');
  return (
    approval.call_ids.includes(call.call_id) &&
    approvalDigest(approval.approval_id, digests) === approval.digest
  );
}

function requireTool(tool: ToolDefinition | undefined, call: CallState): ToolDefinition {
  if (tool === undefined) throw new IntegrityError(`${qualifiedName(call)} is not among the run's tools`);
  return tool;
}

function record(deps: ExecuteDeps, run: RunState, event: RunEvent): Promise<RunState> {
  return deps.repository.append(run, event, 'system');
}
