import {
  type ApprovalRequirement,
  type ApprovalState,
  type AuditEntry,
  applyRunEvent,
  auditEntryHash,
  type CallState,
  type Decision,
  genesisHash,
  type JsonObject,
  type Principal,
  type RunEvent,
  type RunState,
  runStream,
  toolCallDigest,
} from '@hitl/core';
import { type CastBallot, decideVote, type VoteVerdict } from '../src/decide-vote.ts';
import { requestApproval } from '../src/request-approval.ts';

export const startMs = Date.parse('2026-11-23T09:00:00.000Z');
export const minutes = (n: number): number => startMs + n * 60_000;

export const requirement = (change: Partial<ApprovalRequirement> = {}): ApprovalRequirement => ({
  steps: [{ from: ['group:it'], votes: 1 }],
  expires_in_seconds: 3600,
  assurance: 'authenticated',
  remind_after_seconds: [],
  escalate: [],
  ...change,
});

export const decision = (required: ApprovalRequirement | 'allow' | 'deny'): Decision => ({
  effect: typeof required === 'string' ? required : 'approval',
  rule_ids: ['r1'],
  reasons: required === 'deny' ? ['contractors get no admin role'] : [],
  ...(typeof required === 'string' ? {} : { requirement: required }),
  category: 'write',
  policy_digest: 'p'.repeat(64),
});

export const person = (
  id: string,
  groups: string[],
  assurance: Principal['assurance'] = 'linked',
): Principal => ({
  id,
  kind: 'user',
  groups,
  assurance,
});

/** The cast of all tests: a requester, approvers in two groups, and people who are neither. */
export const rosa = person('rosa', ['staff', 'it'], 'asserted');
export const ana = person('ana', ['it']);
export const ben = person('ben', ['it']);
export const cleo = person('cleo', ['security']);
export const dan = person('dan', ['security', 'it']);
export const mallory = person('mallory', ['sales'], 'mfa');

/** A run as the record would hold it: events go through core's own fold, sealed and chained. */
export class SampleRun {
  state: RunState;
  readonly events: RunEvent[] = [];
  #votes = 0;

  constructor(runId = 'run_1', requester: Principal = rosa) {
    const started: RunEvent = {
      type: 'run-started',
      data: {
        run_id: runId,
        session_id: 's1',
        principal: requester,
        query: 'give ada an account',
        environment: 'prod',
        execution_timeout: 1,
        dry_run: false,
        channel: 'slack',
        memory: [],
      },
    };
    this.state = applyRunEvent(undefined, seal(runId, undefined, started, startMs));
    this.events.push(started);
  }

  append(event: RunEvent, nowMs = startMs): void {
    this.state = applyRunEvent(this.state, seal(this.state.run_id, this.state, event, nowMs));
    this.events.push(event);
  }

  /** A proposed call with the policy's decision on it. */
  call(callId: string, decided: Decision, args: JsonObject = { user_key: 'ada@example.com' }): CallState {
    const tool_digest = 'd'.repeat(64);
    const call = { server: 'google', tool: 'create_user', arguments: args };
    const digest = toolCallDigest(call, tool_digest);
    this.append({
      type: 'call-decided',
      data: { call_id: callId, step: 0, ...call, tool_digest, digest, decision: decided },
    });
    return this.callOf(callId);
  }

  request(approvalId: string, callIds: readonly string[], nowMs = startMs): ApprovalState {
    this.append(requestApproval({ run: this.state, approvalId, callIds, nowMs }), nowMs);
    return this.approval(approvalId);
  }

  callOf(callId: string): CallState {
    const call = this.state.calls.get(callId);
    if (call === undefined) throw new Error(`the sample has no call ${callId}`);
    return call;
  }

  approval(approvalId = 'apr_1'): ApprovalState {
    const approval = this.state.approvals.get(approvalId);
    if (approval === undefined) throw new Error(`the sample has no approval ${approvalId}`);
    return approval;
  }

  /** Votes as a channel does: decided on the state as it is, and recorded either way. */
  vote(
    principal: Principal,
    ballot: Partial<CastBallot> = {},
    nowMs = minutes(1),
    approvalId = 'apr_1',
  ): VoteVerdict {
    const approval = this.approval(approvalId);
    this.#votes += 1;
    const verdict = decideVote(
      approval,
      { principal, decision: 'approve', digest: approval.digest, channel: 'slack', ...ballot },
      { nowMs, voteId: `vote_${this.#votes}` },
    );
    this.append(verdict.event, nowMs);
    return verdict;
  }
}

/** A run with one gated call and a pending request for it. */
export function pendingRun(required: ApprovalRequirement = requirement()): SampleRun {
  const run = new SampleRun();
  run.call('call_1', decision(required));
  run.request('apr_1', ['call_1']);
  return run;
}

export const codeOf = (verdict: {
  readonly kind: string;
  readonly error?: { readonly code: string };
}): string => verdict.error?.code ?? verdict.kind;

function seal(runId: string, state: RunState | undefined, event: RunEvent, nowMs: number): AuditEntry {
  const entry = {
    stream: runStream(runId),
    sequence: (state?.sequence ?? 0) + 1,
    at: new Date(nowMs).toISOString(),
    actor: 'test',
    type: event.type,
    data: JSON.parse(JSON.stringify(event.data)) as JsonObject,
    previous_hash: state?.head_hash ?? genesisHash,
  };
  return { ...entry, hash: auditEntryHash(entry) };
}
