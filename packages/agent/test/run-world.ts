import {
  type ApprovalRequirement,
  type AuditEntry,
  applyRunEvent,
  approvalDigest,
  auditEntryHash,
  type BlobStore,
  type Clock,
  type Decision,
  genesisHash,
  type JsonObject,
  type JsonValue,
  NotFoundError,
  pendingApproval,
  qualifiedName,
  type RunEvent,
  type RunEventData,
  type RunState,
  runStream,
  SequenceConflictError,
  type StreamEvent,
  sha256Hex,
  storePayload,
  type ToolDefinition,
  toolCallDigest,
} from '@hitl/core';
import type { LanguageModel } from 'ai';
import type { AgentDeps, AgentLimits } from '../src/agent-deps.ts';
import { type AdvanceResult, AgentOrchestrator } from '../src/agent-orchestrator.ts';
import { builtInTools } from './tool-fixtures.ts';

export class Crash extends Error {}

export type Answer =
  | { readonly result: JsonValue }
  | { readonly error: { code: string; message: string }; readonly result?: JsonValue }
  | { readonly unknown: string }
  | { readonly refused: { code: string; detail: string } };

export interface WorldOptions {
  readonly model: LanguageModel;
  readonly query?: string;
  readonly memory?: RunEventData<'run-started'>['memory'];
  readonly executionTimeout?: number;
  readonly dryRun?: boolean;
  readonly tools?: readonly ToolDefinition[];
  readonly effectOf?: (name: string, args: JsonObject) => Decision['effect'];
  readonly answer?: (name: string, args: JsonObject) => Answer;
  /** Runs while the target works on a call, after its claim. */
  readonly whileActing?: (name: string) => void;
  readonly limits?: Partial<AgentLimits>;
  readonly clock?: Clock;
  readonly unavailable?: readonly string[];
  readonly quarantined?: readonly string[];
  /** One approval request per call, as where a grant speaks for one of them. */
  readonly splitApprovals?: boolean;
}

export interface Sent {
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly key: string;
}

const requirement: ApprovalRequirement = {
  steps: [{ from: ['group:ops'], votes: 1 }],
  expires_in_seconds: 3600,
  assurance: 'asserted',
  remind_after_seconds: [],
  escalate: [],
};

/**
 * One run with everything around the agent in memory: a real hash-chained record folded by the core, and a ledger that claims
 * before it sends. `crashAfter` makes the process die right after that entry is stored.
 */
export class RunWorld {
  readonly entries: AuditEntry[] = [];
  readonly events: StreamEvent[] = [];
  readonly sent: Sent[] = [];
  crashAfter = Number.POSITIVE_INFINITY;
  readonly #blobs = new Map<string, string>();
  readonly #options: WorldOptions;
  readonly #clock: Clock;

  constructor(options: WorldOptions) {
    this.#options = options;
    let now = Date.UTC(2026, 0, 1);
    this.#clock = options.clock ?? { now: () => ++now };
    this.append({
      type: 'run-started',
      data: {
        run_id: 'run_1',
        session_id: 'session_1',
        principal: { id: 'alice', kind: 'user', groups: [], assurance: 'asserted' },
        query: options.query ?? 'do it',
        environment: 'dev',
        execution_timeout: options.executionTimeout ?? 300,
        dry_run: options.dryRun ?? false,
        channel: 'cli',
        memory: options.memory ?? [],
      },
    });
  }

  get run(): RunState {
    let state: RunState | undefined;
    for (const entry of this.entries) state = applyRunEvent(state, entry);
    if (state === undefined) throw new Error('empty record');
    return state;
  }

  get types(): string[] {
    return this.entries.map(({ type }) => type);
  }

  readonly blobs: BlobStore = {
    put: async (text) => {
      const sha256 = sha256Hex(text);
      this.#blobs.set(sha256, text);
      return { sha256, bytes: Buffer.byteLength(text) };
    },
    get: async (sha256) => {
      const text = this.#blobs.get(sha256);
      if (text === undefined) throw new NotFoundError(`no blob ${sha256}`);
      return text;
    },
  };

  append(event: RunEvent, after = this.entries.length): RunState {
    if (after !== this.entries.length) throw new SequenceConflictError('somebody else wrote first');
    const body = {
      stream: runStream('run_1'),
      sequence: after + 1,
      at: new Date(this.#clock.now()).toISOString(),
      actor: 'system',
      type: event.type,
      // As a store would give it back.
      data: JSON.parse(JSON.stringify(event.data)) as JsonObject,
      previous_hash: this.entries.at(-1)?.hash ?? genesisHash,
    };
    this.entries.push({ ...body, hash: auditEntryHash(body) });
    if (this.entries.length === this.crashAfter) throw new Crash();
    return this.run;
  }

  advance(signal = new AbortController().signal): Promise<AdvanceResult> {
    return new AgentOrchestrator(this.deps()).advance(this.run, { signal });
  }

  decide(status: 'approved' | 'rejected' | 'expired', reason?: string): void {
    const approval = pendingApproval(this.run);
    if (approval === undefined) throw new Error('nothing to decide');
    const by = status === 'expired' ? [] : ['bob'];
    this.append({
      type: 'approval-decided',
      data: { approval_id: approval.approval_id, status, by, ...(reason === undefined ? {} : { reason }) },
    });
  }

  /** Advances and approves until the run ends, starting anew from the record after every crash. */
  async toTheEnd(): Promise<RunState> {
    for (let round = 0; round < 200; round += 1) {
      try {
        const { outcome, run } = await this.advance();
        if (outcome === 'finished') return run;
        if (outcome === 'awaiting_approval') this.decide('approved');
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
    }
    throw new Error('the run does not end');
  }

  deps(): AgentDeps {
    const { model, limits } = this.#options;
    return {
      model,
      modelId: 'scripted',
      blobs: this.blobs,
      clock: this.#clock,
      limits: { maxSteps: 12, maxCallsPerStep: 10, toolOutputTokens: 500, modelRetries: 0, ...limits },
      emit: (event) => this.events.push(event),
      record: async (run, event) => this.append(event, run.sequence),
      freezeTools: async () => ({
        type: 'tools-frozen',
        data: {
          tools: await storePayload(
            this.blobs,
            (this.#options.tools ?? builtInTools) as unknown as JsonValue,
          ),
          unavailable: (this.#options.unavailable ?? []).map((server) => ({
            server,
            reason: 'no answer in 10 s',
          })),
          quarantined: [...(this.#options.quarantined ?? [])],
        },
      }),
      gate: async (_run, { call_id, step, tool, arguments: args }) => {
        const call = { server: tool.server, tool: tool.tool, arguments: args };
        const effect =
          this.#options.effectOf?.(qualifiedName(tool), args) ??
          (tool.annotations.readOnlyHint ? 'allow' : 'approval');
        return {
          type: 'call-decided',
          data: {
            call_id,
            step,
            ...call,
            tool_digest: tool.digest,
            digest: toolCallDigest(call, tool.digest),
            decision: {
              effect,
              rule_ids: [`rule-${effect}`],
              reasons: [`Because ${effect}.`],
              category: 'write',
              policy_digest: 'p',
              ...(effect === 'approval' ? { requirement } : {}),
            },
          },
        };
      },
      execute: async (run, callId) => this.#execute(run, callId),
      requestApproval: async (run, callIds) => {
        const groups = this.#options.splitApprovals ? callIds.map((id) => [id]) : [callIds];
        return groups.reduce((state, ids) => this.#openApproval(state, ids), run);
      },
    };
  }

  #openApproval(run: RunState, callIds: readonly string[]): RunState {
    const approval_id = `approval_${run.approvals.size}`;
    const digests = callIds.map((id) => run.calls.get(id)?.digest ?? '');
    return this.append(
      {
        type: 'approval-requested',
        data: {
          approval_id,
          call_ids: [...callIds],
          digest: approvalDigest(approval_id, digests),
          requirement,
          expires_at: '2027-01-01T00:00:00.000Z',
        },
      },
      run.sequence,
    );
  }

  #execute(run: RunState, callId: string): RunState {
    const call = run.calls.get(callId);
    if (call === undefined) throw new Error(`no call ${callId}`);
    const name = qualifiedName(call);
    const answer = this.#options.answer?.(name, call.arguments) ?? {
      result: { content: [{ type: 'text', text: 'ok' }] },
    };
    if ('refused' in answer) {
      return this.append(
        { type: 'execution-refused', data: { call_id: callId, ...answer.refused } },
        run.sequence,
      );
    }
    const claim = {
      call_id: callId,
      digest: call.digest,
      attempt: (call.claim?.attempt ?? 0) + 1,
      owner: 'w',
      lease_expires_at: '2027-01-01T00:00:00.000Z',
    };
    const claimed = this.append({ type: 'execution-claimed', data: claim }, run.sequence);
    const key = `${run.run_id}/${callId}/${call.digest}`;
    // The target knows the key of a repeated send and does nothing again.
    if (!this.sent.some((sent) => sent.key === key))
      this.sent.push({ tool: name, arguments: call.arguments, key });
    this.#options.whileActing?.(name);
    if ('unknown' in answer) {
      return this.append(
        { type: 'execution-unknown', data: { call_id: callId, reason: answer.unknown } },
        claimed.sequence,
      );
    }
    if ('error' in answer) {
      const result = answer.result === undefined ? {} : { result: { inline: answer.result } };
      return this.append(
        { type: 'execution-failed', data: { call_id: callId, error: answer.error, ...result } },
        claimed.sequence,
      );
    }
    return this.append(
      { type: 'execution-succeeded', data: { call_id: callId, result: { inline: answer.result } } },
      claimed.sequence,
    );
  }
}
