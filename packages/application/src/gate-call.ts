import {
  canonicalJson,
  type Decision,
  HitlError,
  type JsonObject,
  type Preview,
  qualifiedName,
  type RunEvent,
  type RunState,
  redacted,
  redactSecrets,
  redactText,
  type ToolDefinition,
  toolCallDigest,
  UnavailableError,
} from '@hitl/core';
import { decideSafely, type PolicyRequest } from '@hitl/policy';
import type { ApplicationDeps } from './application-deps.ts';
import { persist } from './persist.ts';

const maxPreviewBytes = 64 * 1024;

type GateDeps = Pick<ApplicationDeps, 'policy' | 'tools' | 'callHistory' | 'clock' | 'settings' | 'logger'>;

export interface ProposedCall {
  readonly call_id: string;
  readonly step: number;
  readonly tool: ToolDefinition;
  readonly arguments: JsonObject;
}

/**
 * The one gate. Every proposed call comes through here, whatever model or channel it came from, and leaves as a
 * `call-decided` event. Whatever throws on the way is a deny with its reason: the gate fails closed.
 */
export async function gateCall(
  deps: GateDeps,
  run: RunState,
  call: ProposedCall,
  signal?: AbortSignal,
): Promise<Extract<RunEvent, { type: 'call-decided' }>> {
  const { preview, decision } = await decideCall(deps, run, call, signal);
  const toolCall = {
    server: call.tool.server,
    tool: call.tool.tool,
    arguments: redactSecrets(call.arguments),
  };
  return {
    type: 'call-decided',
    data: {
      call_id: call.call_id,
      step: call.step,
      ...toolCall,
      tool_digest: call.tool.digest,
      digest: toolCallDigest(toolCall, call.tool.digest, preview),
      ...(preview === undefined ? {} : { preview }),
      decision,
    },
  };
}

/**
 * Policy and preview of a call, used for new calls and for edits alike. An edited call waits for people whatever the policy
 * says of it now (`isAwaited`), so they must see what it would change.
 */
export async function decideCall(
  deps: GateDeps,
  run: RunState,
  call: Pick<ProposedCall, 'tool' | 'arguments'>,
  signal?: AbortSignal,
  { isAwaited = false }: { readonly isAwaited?: boolean } = {},
): Promise<{ decision: Decision; preview: Preview | undefined }> {
  const decision = await decidePolicy(deps, run, call);
  // Only what a person will look at needs a preview.
  const isShown = decision.effect === 'approval' || (isAwaited && decision.effect !== 'deny');
  if (!isShown) return { decision, preview: undefined };
  try {
    return { decision, preview: await readPreview(deps, call, signal) };
  } catch (error) {
    // Fails closed: nobody is asked to approve what could not be shown.
    const reason = error instanceof HitlError ? redactText(error.message) : 'its effect could not be read';
    deps.logger.warn('preview failed', {
      run_id: run.run_id,
      tool: qualifiedName(call.tool),
      error: String(error),
    });
    return {
      decision: denyDecision(deps, `preview_failed: ${qualifiedName(call.tool)}: ${reason}`),
      preview: undefined,
    };
  }
}

/** The policy's word alone. Never throws: what can't be decided is denied. */
export async function decidePolicy(
  deps: GateDeps,
  run: RunState,
  call: Pick<ProposedCall, 'tool' | 'arguments'>,
  /** How many entries of the history of calls are this very call's own: it must not use up its own limit. */
  { ownCalls = 0 }: { readonly ownCalls?: number } = {},
): Promise<Decision> {
  try {
    const { principal, category, environment } = run.started;
    const request: PolicyRequest = {
      principal,
      call: { server: call.tool.server, tool: call.tool.tool, arguments: call.arguments },
      environment,
      annotations: call.tool.annotations,
      is_trusted: call.tool.is_trusted,
      now_ms: deps.clock.now(),
      ...(category === undefined ? {} : { declared_category: category }),
    };
    return await decideRequest(deps, request, ownCalls);
  } catch (error) {
    deps.logger.warn('gate denied a call that it could not check', {
      run_id: run.run_id,
      tool: qualifiedName(call.tool),
      error: String(error),
    });
    return denyDecision(
      deps,
      `gate_error: ${qualifiedName(call.tool)} could not be checked, so it is denied`,
    );
  }
}

/** The decision on a request as it would be made for a run: with the caller's rates counted, and never on a secret. */
export async function decideRequest(
  deps: Pick<ApplicationDeps, 'policy' | 'callHistory'>,
  request: PolicyRequest,
  ownCalls = 0,
): Promise<Decision> {
  if (holdsSecret(request.call.arguments)) {
    return denyDecision(
      deps,
      'secret_in_arguments: an argument holds what looks like a password or key; those never pass through a model or the record',
    );
  }
  return decideSafely(deps.policy(), await withRates(deps, request, ownCalls));
}

/** The request with the counts that the policy's rate conditions look at. */
export async function withRates(
  deps: Pick<ApplicationDeps, 'policy' | 'callHistory'>,
  request: PolicyRequest,
  ownCalls = 0,
): Promise<PolicyRequest> {
  const queries = deps.policy().rateQueries(request);
  if (queries.length === 0) return request;
  const counts = await Promise.all(
    queries.map(async ({ rule_id, window_seconds }) => {
      const count = await persist(() =>
        deps.callHistory.countSince({
          principal_id: request.principal.id,
          since_ms: request.now_ms - window_seconds * 1000,
          server: request.call.server,
          tool: request.call.tool,
        }),
      );
      return [rule_id, Math.max(0, count - ownCalls)] as const;
    }),
  );
  return { ...request, rate_counts: new Map(counts) };
}

/** What the call would change, as the target says now; `undefined` for a tool without a preview. */
export async function readPreview(
  deps: Pick<ApplicationDeps, 'tools' | 'settings'>,
  call: Pick<ProposedCall, 'tool' | 'arguments'>,
  signal?: AbortSignal,
): Promise<Preview | undefined> {
  if (call.tool.preview_tool === undefined) return undefined;
  const preview = await deps.tools.preview(call.tool, call.arguments, {
    timeoutMs: deps.settings.previewTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  if (preview === undefined) throw new UnavailableError('it declares a preview and gave none');
  const shown = redactSecrets(preview);
  // It is stored with the call in one entry, and nobody can judge a page that has no end.
  if (Buffer.byteLength(canonicalJson(shown)) > maxPreviewBytes)
    throw new UnavailableError(`its preview is larger than ${maxPreviewBytes} bytes`);
  return shown;
}

function denyDecision(deps: Pick<ApplicationDeps, 'policy'>, reason: string): Decision {
  return {
    effect: 'deny',
    rule_ids: [],
    reasons: [reason],
    category: 'destructive',
    policy_digest: deps.policy().digest,
  };
}

/** Redaction would change what is executed, or already has (a model that repeats what it was shown): neither may run. */
export function holdsSecret(args: JsonObject): boolean {
  const canonical = canonicalJson(args);
  return canonical.includes(redacted) || canonicalJson(redactSecrets(args)) !== canonical;
}
