import {
  type AuditEntry,
  type AuditLog,
  type JsonObject,
  type MemoryStore,
  pendingApproval,
  type RunState,
  runStream,
} from '@hitl/core';
import { createShortTermMemory } from '@hitl/memory';
import { compilePolicy, type PolicyEngine, parsePolicy } from '@hitl/policy';
import {
  createFakeClock,
  createMemoryApprovalStore,
  createMemoryAuditLog,
  createMemoryBlobStore,
  createMemoryCallHistory,
  createMemoryDirectory,
  createMemoryGrantStore,
  createMemoryMemoryStore,
  createMemoryRunStore,
  createMemoryToolSource,
  createRecordingNotifier,
  createSequentialIds,
  type MemoryTool,
} from '@hitl/testing';
import {
  type ApplicationDeps,
  advanceRun,
  type Ballot,
  type Caller,
  castVote,
  createRunRepository,
  type RunRequest,
  startRun,
} from '../src/index.ts';
import { createScriptedModel, type ScriptedAnswer } from './scripted-model.ts';

export const people = [
  { id: 'alice', kind: 'user', groups: ['employees'] },
  { id: 'bob', kind: 'user', groups: ['it-operations'] },
  { id: 'carol', kind: 'user', groups: ['security'] },
  { id: 'dave', kind: 'user', groups: ['security'] },
  { id: 'mallory', kind: 'user', groups: [] },
] as const;

export const policyText = `
version: 1
default: deny
categories:
  - { tools: ["dir/get"], category: read }
  - { tools: ["dir/*"], category: privileged_write }
rules:
  - { id: reads, effect: allow, when: { category: read }, reason: Reading changes nothing. }
  - id: two-for-roles
    effect: approval
    when: { tools: ["dir/grant"] }
    approval: { steps: [{ from: ["group:security"], votes: 2 }], expires_in_seconds: 3600 }
    reason: Roles need two.
  - id: writes
    effect: approval
    when: { category: privileged_write }
    approval: { steps: [{ from: ["group:security"], votes: 1 }], expires_in_seconds: 3600, remind_after_seconds: [600] }
    reason: Changes need a look.
`;

export interface WorldOptions {
  readonly answers: readonly ScriptedAnswer[];
  readonly tools?: readonly MemoryTool[];
  readonly policy?: string;
  /** The record and the time of an earlier world: a restart. */
  readonly after?: World;
  readonly log?: AuditLog;
  readonly workerId?: string;
}

/** The use cases over in-memory ports, with the workflow played by hand: `settle` advances until nothing moves. */
export class World {
  readonly deps: ApplicationDeps;
  readonly tools: ReturnType<typeof createMemoryToolSource>;
  readonly notifier = createRecordingNotifier();
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly woken: string[] = [];
  readonly memoryStore: MemoryStore;
  #policy: PolicyEngine;

  constructor(options: WorldOptions) {
    const before = options.after;
    const workerId = options.workerId ?? 'worker-1';
    this.clock = before?.clock ?? createFakeClock('2026-11-23T09:00:00.000Z');
    this.tools = before?.tools ?? createMemoryToolSource(options.tools ?? defaultTools());
    this.#policy = compilePolicy(parsePolicy(options.policy ?? policyText, 'test'));
    this.memoryStore = before?.memoryStore ?? createMemoryMemoryStore({ clock: this.clock });
    const log = options.log ?? before?.deps.log ?? createMemoryAuditLog();
    const runs = before?.deps.runs ?? createMemoryRunStore({ clock: this.clock });
    const approvals = before?.deps.approvals ?? createMemoryApprovalStore();
    this.deps = {
      log,
      blobs: before?.deps.blobs ?? createMemoryBlobStore(),
      repository: createRunRepository({ log, runs, approvals, clock: this.clock }),
      runs,
      approvals,
      grants: before?.deps.grants ?? createMemoryGrantStore(),
      callHistory: before?.deps.callHistory ?? createMemoryCallHistory(),
      memory: createShortTermMemory({ store: this.memoryStore, clock: this.clock }),
      directory: before?.deps.directory ?? createMemoryDirectory(people.map((entry) => ({ ...entry }))),
      tools: this.tools,
      workflow: {
        start: async (runId) => void this.woken.push(runId),
        wake: async (runId) => void this.woken.push(runId),
      },
      notifiers: [this.notifier],
      background: (task) => void task,
      policy: () => this.#policy,
      model: createScriptedModel(options.answers),
      modelId: 'scripted',
      publish: () => {},
      clock: this.clock,
      ids: before?.deps.ids ?? createSequentialIds(),
      logger: { info() {}, warn() {}, error() {} },
      environment: 'dev',
      settings: {
        workerId,
        isWorkerAlive: (owner) => owner === workerId,
        toolTimeoutMs: 1000,
        previewTimeoutMs: 1000,
        defaultExecutionTimeoutSeconds: 300,
        maxSteps: 12,
        maxCallsPerStep: 16,
        toolOutputTokens: 2000,
      },
    };
  }

  setPolicy(text: string): void {
    this.#policy = compilePolicy(parsePolicy(text, 'test'));
  }

  async ask(query: string, request: Partial<RunRequest> = {}, userId = 'alice'): Promise<RunState> {
    const run = await startRun(this.deps, as(userId), { query, ...request });
    return this.settle(run.run_id);
  }

  /** Advances as the workflow would. */
  async settle(runId: string): Promise<RunState> {
    for (;;) {
      const { outcome, run } = await advanceRun(this.deps, runId, new AbortController().signal);
      if (outcome !== 'continue') return run;
    }
  }

  vote(userId: string, run: RunState, ballot: Partial<Ballot> = {}): Promise<RunState> {
    const approval = pendingApproval(run) ?? [...run.approvals.values()].at(-1);
    if (approval === undefined) throw new Error('the run has no approval request');
    return castVote(this.deps, as(userId), {
      approval_id: approval.approval_id,
      decision: 'approve',
      digest: approval.digest,
      ...ballot,
    });
  }

  async record(run: RunState): Promise<AuditEntry[]> {
    return this.deps.log.read(runStream(run.run_id));
  }

  async eventTypes(run: RunState): Promise<string[]> {
    return (await this.record(run)).map((entry) => entry.type);
  }
}

export function as(id: string, assurance: Caller['assurance'] = 'authenticated'): Caller {
  return { id, kind: 'user', assurance, channel: 'api' };
}

const userSchema: JsonObject = {
  type: 'object',
  properties: { user: { type: 'string' }, role: { type: 'string' }, note: { type: 'string' } },
  required: ['user'],
  additionalProperties: false,
};

export function defaultTools(): MemoryTool[] {
  return [
    {
      server: 'dir',
      tool: 'get',
      input_schema: userSchema,
      annotations: { readOnlyHint: true },
      run: async () => ({ name: 'Jane' }),
    },
    { server: 'dir', tool: 'suspend', input_schema: userSchema, run: async () => ({ suspended: true }) },
    {
      server: 'dir',
      tool: 'tag',
      input_schema: userSchema,
      annotations: { idempotentHint: true },
      run: async () => ({ tagged: true }),
    },
    { server: 'dir', tool: 'grant', input_schema: userSchema, run: async () => ({ granted: true }) },
  ];
}
