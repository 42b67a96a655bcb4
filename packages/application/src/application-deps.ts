import type { LanguageModel } from '@hitl/agent';
import type {
  ApprovalStore,
  AuditLog,
  BlobStore,
  CallHistory,
  Clock,
  Directory,
  GrantStore,
  IdGenerator,
  Notifier,
  RunStore,
  StreamEvent,
  ToolSource,
  WorkflowEngine,
} from '@hitl/core';
import type { ShortTermMemory } from '@hitl/memory';
import type { PolicyEngine } from '@hitl/policy';
import type { RunRepository } from './run-repository.ts';

/** One line of structured log; never given secrets. */
export interface Log {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

/** Everything that the use cases touch. Cloud and local give different adapters, never different use cases. */
export interface ApplicationDeps {
  readonly log: AuditLog;
  readonly blobs: BlobStore;
  readonly repository: RunRepository;
  readonly runs: RunStore;
  readonly approvals: ApprovalStore;
  readonly grants: GrantStore;
  readonly callHistory: CallHistory;
  readonly memory: ShortTermMemory;
  readonly directory: Directory;
  readonly tools: ToolSource;
  readonly workflow: WorkflowEngine;
  readonly notifiers: readonly Notifier[];
  /** The policy in force; read anew for each decision so that a reload takes effect at once. */
  readonly policy: () => PolicyEngine;
  readonly model: LanguageModel;
  readonly modelId: string;
  /** Takes work that nobody waits for. A Lambda finishes it before it returns; a long-lived process just lets it run. */
  readonly background: (task: Promise<void>) => void;
  readonly publish: (runId: string, event: StreamEvent) => void;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Log;
  readonly environment: string;
  readonly settings: ApplicationSettings;
}

/** What every use case touches but the agent's step, the only one that asks a model. */
export type RequestDeps = Omit<ApplicationDeps, 'model' | 'modelId'>;

export interface ApplicationSettings {
  /** This worker's name in claims; unique per process start, so that a claim under it is acted on here or by nobody. */
  readonly workerId: string;
  /** True when the worker of a claim may still be acting. Locally a worker of an earlier process is known to be gone. */
  readonly isWorkerAlive: (owner: string, leaseExpiresAtMs: number) => boolean;
  readonly toolTimeoutMs: number;
  /** How long a tool call that is under way may go on after its step was told to stop. Default 0. */
  readonly stopGraceMs?: number;
  readonly previewTimeoutMs: number;
  readonly defaultExecutionTimeoutSeconds: number;
  readonly maxSteps: number;
  readonly maxCallsPerStep: number;
  /** Budget of one tool result towards the model, in tokens. */
  readonly toolOutputTokens: number;
  /** What one invocation may use before it hands over to the next, in milliseconds; none locally. */
  readonly stepBudgetMs?: number;
}
