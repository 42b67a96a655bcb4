import {
  type CallState,
  IntegrityError,
  type JsonObject,
  loadPayload,
  type RunEvent,
  type RunState,
  type StreamEvent,
  type ToolDefinition,
  toolDefinitionSchema,
} from '@hitl/core';
import { z } from 'zod';
import type { AgentDeps } from './agent-deps.ts';
import { askModel } from './ask-model.ts';
import { buildMessages } from './build-messages.ts';
import { ModelFailure } from './model-failure.ts';
import { type NextAction, nextAction } from './next-action.ts';
import { recordAnswer } from './record-answer.ts';
import { createRedactStream } from './redact-stream.ts';
import { runOutput } from './run-output.ts';
import { storedArguments, storedStepSchema } from './stored-step.ts';

const defaultModelRetries = 2;
const toolListSchema = z.array(toolDefinitionSchema);

export interface AdvanceResult {
  /** `continue`: the invocation's budget is used up or it was told to stop; call `advance` again. */
  readonly outcome: 'finished' | 'awaiting_approval' | 'continue';
  readonly run: RunState;
}

/**
 * The model/tool loop. Holds no state of its own: `advance` looks at the record, does the one next thing, records it, and
 * looks again, so it may be killed anywhere and called again on what was recorded.
 */
export class AgentOrchestrator {
  readonly #deps: AgentDeps;

  constructor(deps: AgentDeps) {
    this.#deps = deps;
  }

  /**
   * Goes on from wherever the record stops until the run ends, waits for people, or the invocation's budget is used up.
   * @throws whatever the collaborators throw (`SequenceConflictError`, `RunBusyError`, …): read the run again and re-enter.
   */
  async advance(run: RunState, options: { readonly signal: AbortSignal }): Promise<AdvanceResult> {
    const { clock, limits } = this.#deps;
    const enteredAtMs = clock.now();
    const cache: StepCache = { tools: undefined, steps: [] };
    let state = run;
    for (let isFirst = true; ; isFirst = false) {
      const action = nextAction(state, await this.#invalidCallIds(state, cache), limits.maxSteps);
      if (action.kind === 'done') return { outcome: 'finished', run: state };
      if (action.kind === 'wait') return { outcome: 'awaiting_approval', run: state };
      const isStopped = options.signal.aborted && action.kind !== 'finish';
      const isOverBudget =
        !isFirst && clock.now() - enteredAtMs >= (limits.stepBudgetMs ?? Number.POSITIVE_INFINITY);
      if (isStopped || isOverBudget) return { outcome: 'continue', run: state };
      const next = await this.#act(state, action, cache, options.signal);
      if (next === undefined) return { outcome: 'continue', run: state };
      state = next;
    }
  }

  /** Does one action; `undefined` when the signal stopped it before anything was recorded. */
  async #act(
    run: RunState,
    action: Exclude<NextAction, { kind: 'done' | 'wait' }>,
    cache: StepCache,
    signal: AbortSignal,
  ): Promise<RunState | undefined> {
    const deps = this.#deps;
    switch (action.kind) {
      case 'freeze':
        this.#emitStarted(run);
        return deps.record(run, await deps.freezeTools(run, signal));
      case 'close-approval':
        return deps.record(run, {
          type: 'approval-decided',
          data: {
            approval_id: action.approval.approval_id,
            status: action.status,
            by: run.cancel_requested_by === undefined ? [] : [run.cancel_requested_by],
          },
        });
      case 'decide':
        return this.#decide(run, action, cache, signal);
      case 'settle':
        return this.#execute(run, action.call_id, signal);
      case 'execute':
        return actingTimeLeftMs(run) > 0
          ? this.#execute(run, action.call_id, signal)
          : this.#finish(run, runOutput(run, 'execution-timeout'));
      case 'request-approval':
        return this.#requestApproval(run, action.call_ids);
      case 'ask-model':
        return this.#askModel(run, action.step, cache, signal);
      case 'finish':
        return this.#finish(run, runOutput(run, action.because));
    }
  }

  async #askModel(
    run: RunState,
    step: number,
    cache: StepCache,
    signal: AbortSignal,
  ): Promise<RunState | undefined> {
    const { blobs, clock, limits, model, modelId } = this.#deps;
    const leftMs = actingTimeLeftMs(run);
    if (leftMs <= 0) return this.#finish(run, runOutput(run, 'execution-timeout'));
    const tools = await this.#tools(run, cache);
    const messages = await buildMessages(run, blobs, limits.toolOutputTokens);
    const startedAtMs = clock.now();
    const timeout = AbortSignal.timeout(Math.min(leftMs, 2 ** 31 - 1));
    const stream = createRedactStream((text) =>
      this.#deps.emit({ type: 'text-delta', run_id: run.run_id, step, text }),
    );
    try {
      const answer = await askModel(
        { model, modelId, messages, tools, maxRetries: limits.modelRetries ?? defaultModelRetries },
        AbortSignal.any([signal, timeout]),
        (delta) => stream.push(delta),
      );
      if (answer === undefined) {
        return signal.aborted ? undefined : this.#finish(run, runOutput(run, 'execution-timeout'));
      }
      stream.end();
      const durationMs = clock.now() - startedAtMs;
      const context = { step, modelId, durationMs, tools, maxCalls: limits.maxCallsPerStep, blobs };
      return await this.#deps.record(run, await recordAnswer(answer, context));
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      return this.#finish(run, {
        status: 'failed',
        output: error.message,
        error: { code: error.code, message: error.message },
      });
    }
  }

  async #decide(
    run: RunState,
    { call_id, wire_name, step }: Extract<NextAction, { kind: 'decide' }>,
    cache: StepCache,
    signal: AbortSignal,
  ): Promise<RunState> {
    const tool = (await this.#tools(run, cache)).find((candidate) => candidate.wire_name === wire_name);
    const stored = await this.#storedStep(run, run.steps.length - 1, cache);
    const args = storedArguments(stored, call_id);
    if (tool === undefined || typeof args !== 'object' || args === null) {
      throw new IntegrityError(`run ${run.run_id}: ${call_id} was recorded as valid but can't be read back`);
    }
    const { server, tool: name } = tool;
    const call = { call_id, step, tool, arguments: args as JsonObject };
    this.#deps.emit({
      type: 'tool-call-proposed',
      run_id: run.run_id,
      call_id,
      step,
      server,
      tool: name,
      arguments: call.arguments,
    });
    const event = await this.#deps.gate(run, call, signal);
    if (event.type !== 'call-decided' || event.data.call_id !== call_id) {
      throw new IntegrityError(`the gate answered ${event.type} for ${call_id}`);
    }
    const next = await this.#deps.record(run, event);
    const { effect, rule_ids, reasons, category } = event.data.decision;
    this.#deps.emit({
      type: 'decision-made',
      run_id: run.run_id,
      call_id,
      server,
      tool: name,
      digest: event.data.digest,
      category,
      decision: { effect, rule_ids, reasons },
    });
    return next;
  }

  async #execute(run: RunState, callId: string, signal: AbortSignal): Promise<RunState> {
    const next = await this.#deps.execute(run, callId, signal);
    const call = next.calls.get(callId);
    // Told to stop before it was sent: the next step takes it up.
    if (signal.aborted && (call?.status === 'allowed' || call?.status === 'approved')) return next;
    if (call === undefined || isUnsettled(call)) {
      throw new IntegrityError(`run ${run.run_id}: the ledger left ${callId} without an outcome`);
    }
    this.#deps.emit({
      type: 'tool-call-executed',
      run_id: run.run_id,
      call_id: callId,
      server: call.server,
      tool: call.tool,
      status: call.status,
      ...(call.error === undefined ? {} : { error: call.error }),
    });
    return next;
  }

  async #requestApproval(run: RunState, callIds: readonly string[]): Promise<RunState> {
    const next = await this.#deps.requestApproval(run, callIds);
    for (const approval of next.approvals.values()) {
      if (run.approvals.has(approval.approval_id)) continue;
      const { approval_id, call_ids, digest, expires_at } = approval;
      this.#deps.emit({
        type: 'approval-requested',
        run_id: run.run_id,
        approval_id,
        call_ids: [...call_ids],
        digest,
        expires_at,
      });
    }
    if (next.sequence === run.sequence) {
      throw new IntegrityError(
        `run ${run.run_id}: no approval request was recorded for ${callIds.join(', ')}`,
      );
    }
    return next;
  }

  async #finish(run: RunState, data: Extract<RunEvent, { type: 'run-finished' }>['data']): Promise<RunState> {
    const next = await this.#deps.record(run, { type: 'run-finished', data });
    const event: StreamEvent = {
      type: 'run-finished',
      run_id: run.run_id,
      ...data,
      model_id: this.#deps.modelId,
      usage: next.usage,
    };
    this.#deps.emit(event);
    return next;
  }

  #emitStarted(run: RunState): void {
    this.#deps.emit({
      type: 'run-started',
      run_id: run.run_id,
      session_id: run.session_id,
      user_id: run.started.principal.id,
      query: run.started.query,
      model_id: this.#deps.modelId,
    });
  }

  async #tools(run: RunState, cache: StepCache): Promise<readonly ToolDefinition[]> {
    if (cache.tools === undefined && run.frozen !== undefined) {
      cache.tools = toolListSchema.parse(await loadPayload(this.#deps.blobs, run.frozen.tools));
    }
    return cache.tools ?? [];
  }

  async #storedStep(run: RunState, index: number, cache: StepCache) {
    const known = cache.steps[index];
    if (known !== undefined) return known;
    const step = run.steps[index];
    if (step === undefined) throw new IntegrityError(`run ${run.run_id} has no model step ${index}`);
    const stored = storedStepSchema.parse(await loadPayload(this.#deps.blobs, step.messages));
    cache.steps[index] = stored;
    return stored;
  }

  async #invalidCallIds(run: RunState, cache: StepCache): Promise<ReadonlySet<string>> {
    const stored = await Promise.all(run.steps.map((_, index) => this.#storedStep(run, index, cache)));
    return new Set(stored.flatMap(({ invalid }) => Object.keys(invalid)));
  }
}

/** What one invocation has read of its run's payloads; they never change. */
interface StepCache {
  tools: readonly ToolDefinition[] | undefined;
  readonly steps: z.infer<typeof storedStepSchema>[];
}

/** Model calls and tool executions count, waiting for people and being down do not. */
function actingTimeLeftMs(run: RunState): number {
  return run.started.execution_timeout * 1000 - (run.acting_ms ?? 0);
}

function isUnsettled(call: CallState): boolean {
  return call.status === 'allowed' || call.status === 'approved' || call.status === 'executing';
}
