import type {
  BlobStore,
  Clock,
  JsonObject,
  RunEvent,
  RunState,
  StreamEvent,
  ToolDefinition,
} from '@hitl/core';
import type { LanguageModel } from 'ai';

/** A tool call that the model proposed, as handed to the gate. */
export interface ProposedCall {
  /** Unique within the run; made from the step and the position in it, never the model's own id. */
  readonly call_id: string;
  readonly step: number;
  readonly tool: ToolDefinition;
  readonly arguments: JsonObject;
}

export interface AgentLimits {
  /** Model answers per run. */
  readonly maxSteps: number;
  /** Tool calls taken from one model answer; the model is told that the rest was not looked at. */
  readonly maxCallsPerStep: number;
  /** Budget of one tool result towards the model, in tokens. */
  readonly toolOutputTokens: number;
  /** What one `advance` may use before it hands over to the next, in milliseconds. At least one action is always done. */
  readonly stepBudgetMs?: number;
  /** Repetitions of a failed model request. Default 2. */
  readonly modelRetries?: number;
}

/** Everything that the agent touches. Errors of these propagate: the step is entered again later from the record. */
export interface AgentDeps {
  readonly model: LanguageModel;
  /** Shown to people: which model answered. */
  readonly modelId: string;
  readonly blobs: BlobStore;
  /** Appends one event and returns the new fold. @throws SequenceConflictError when somebody else wrote first. */
  record(run: RunState, event: RunEvent): Promise<RunState>;
  /** The `tools-frozen` event for this run. */
  freezeTools(run: RunState, signal: AbortSignal): Promise<RunEvent>;
  /** The one gate: preview and policy. Returns the `call-decided` event to record; a deny is not an error. */
  gate(run: RunState, call: ProposedCall, signal: AbortSignal): Promise<RunEvent>;
  /** Executes one permitted call through the ledger, or settles one that was claimed; returns the state after it. */
  execute(run: RunState, callId: string, signal: AbortSignal): Promise<RunState>;
  /** Records one approval request for these calls; grants may decide it at once. */
  requestApproval(run: RunState, callIds: readonly string[]): Promise<RunState>;
  emit(event: StreamEvent): void;
  readonly clock: Clock;
  readonly limits: AgentLimits;
}
