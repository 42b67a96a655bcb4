import { IntegrityError } from '../errors/index.ts';
import { type AuditEntry, runStream } from './audit-entry.ts';
import { type RunEvent, type RunEventType, runEventSchemas } from './run-events.ts';
import {
  type ApprovalState,
  type CallState,
  isFinished,
  pendingApproval,
  type RunState,
} from './run-state.ts';

/** Parses an entry of a run's stream; an unknown type or a shape that does not fit stops everything. */
export function parseRunEvent(entry: AuditEntry): RunEvent {
  const schema = runEventSchemas[entry.type as RunEventType];
  if (schema === undefined)
    throw new IntegrityError(`${entry.stream} entry ${entry.sequence}: unknown event type "${entry.type}"`);
  const parsed = schema.safeParse(entry.data);
  if (!parsed.success) {
    throw new IntegrityError(
      `${entry.stream} entry ${entry.sequence}: ${entry.type} does not fit its schema`,
      { cause: parsed.error },
    );
  }
  return { type: entry.type, data: parsed.data } as RunEvent;
}

/** Pure fold of one entry into the state. Throws `IntegrityError` on a gap, a wrong link or an impossible event. */
export function applyRunEvent(state: RunState | undefined, entry: AuditEntry): RunState {
  const event = parseRunEvent(entry);
  if (state === undefined) {
    if (event.type !== 'run-started' || entry.sequence !== 1)
      throw new IntegrityError(`${entry.stream} must begin with run-started`);
    if (entry.stream !== runStream(event.data.run_id))
      throw new IntegrityError(`${entry.stream} begins as another run`);
    return {
      run_id: event.data.run_id,
      session_id: event.data.session_id,
      started: event.data,
      status: 'running',
      steps: [],
      calls: new Map(),
      approvals: new Map(),
      usage: { input_tokens: 0, output_tokens: 0 },
      created_at: entry.at,
      updated_at: entry.at,
      sequence: 1,
      head_hash: entry.hash,
    };
  }
  if (
    entry.stream !== runStream(state.run_id) ||
    entry.sequence !== state.sequence + 1 ||
    entry.previous_hash !== state.head_hash
  ) {
    throw new IntegrityError(
      `${entry.stream} entry ${entry.sequence} does not follow entry ${state.sequence} of run ${state.run_id}`,
    );
  }
  const { failed_steps: _failed, ...moved } = state;
  const next = {
    ...applyEvent(movesForward(event.type) ? moved : state, event, entry),
    sequence: entry.sequence,
    head_hash: entry.hash,
    updated_at: entry.at,
  };
  return next;
}

function applyEvent(state: RunState, event: RunEvent, entry: AuditEntry): RunState {
  switch (event.type) {
    case 'run-started':
      throw new IntegrityError(`${entry.stream} starts twice`);
    case 'tools-frozen':
      return { ...state, frozen: event.data };
    case 'model-answered': {
      const { usage, duration_ms, ...step } = event.data;
      return {
        ...state,
        steps: [...state.steps, step],
        acting_ms: (state.acting_ms ?? 0) + (duration_ms ?? 0),
        usage: {
          input_tokens: state.usage.input_tokens + usage.input_tokens,
          output_tokens: state.usage.output_tokens + usage.output_tokens,
        },
      };
    }
    case 'call-decided': {
      const { decision } = event.data;
      const status =
        decision.effect === 'allow' ? 'allowed' : decision.effect === 'deny' ? 'denied' : 'awaiting_approval';
      return withCall(state, { ...event.data, status });
    }
    case 'approval-requested': {
      const { approval_id, call_ids, digest, requirement, expires_at } = event.data;
      let next = withApproval(state, {
        approval_id,
        run_id: state.run_id,
        requester_id: state.started.principal.id,
        call_ids,
        digest,
        requirement,
        status: 'pending',
        requested_at: entry.at,
        expires_at,
        votes: [],
        void_votes: [],
        editors: [],
        reminder_count: 0,
        escalation_stage: 0,
        decided_by: [],
      });
      for (const id of call_ids) next = withCall(next, { ...callOf(next, id, entry), approval_id });
      return { ...next, status: 'awaiting_approval' };
    }
    case 'vote-cast': {
      const approval = approvalOf(state, event.data.approval_id, entry);
      return withApproval(state, { ...approval, votes: [...approval.votes, event.data.vote] });
    }
    case 'vote-refused':
    case 'edit-refused':
      return { ...state, refusals: (state.refusals ?? 0) + 1 };
    case 'step-failed':
      return { ...state, failed_steps: (state.failed_steps ?? 0) + 1 };
    case 'approval-edited': {
      const { data } = event;
      const approval = approvalOf(state, data.approval_id, entry);
      const { preview: _old, ...call } = callOf(state, data.call_id, entry);
      const next = withCall(state, {
        ...call,
        arguments: data.arguments,
        digest: data.call_digest,
        decision: data.decision,
        ...(data.preview === undefined ? {} : { preview: data.preview }),
      });
      return withApproval(next, {
        ...approval,
        digest: data.digest,
        requirement: data.requirement,
        expires_at: data.expires_at,
        votes: [],
        void_votes: [...approval.void_votes, ...approval.votes],
        editors: approval.editors.includes(data.principal_id)
          ? approval.editors
          : [...approval.editors, data.principal_id],
        // Those escalated to are told of the changed call again; the merged stages may also stand in another order.
        escalation_stage: 0,
      });
    }
    case 'approval-reminded':
      return withApproval(state, {
        ...approvalOf(state, event.data.approval_id, entry),
        reminder_count: event.data.count,
      });
    case 'approval-escalated':
      return withApproval(state, {
        ...approvalOf(state, event.data.approval_id, entry),
        escalation_stage: event.data.stage,
      });
    case 'approval-decided': {
      const { data } = event;
      const approval = approvalOf(state, data.approval_id, entry);
      if (approval.status !== 'pending')
        throw new IntegrityError(`${entry.stream}: approval ${data.approval_id} is decided twice`);
      let next = withApproval(state, {
        ...approval,
        status: data.status,
        decided_by: data.by,
        decided_at: entry.at,
        ...(data.reason === undefined ? {} : { reason: data.reason }),
      });
      const callStatus = data.status === 'superseded' ? 'cancelled' : data.status;
      for (const id of approval.call_ids)
        next = withCall(next, { ...callOf(next, id, entry), status: callStatus });
      // A run that is over stays over; and another request of the same run may still wait for people.
      if (isFinished(next)) return next;
      return { ...next, status: pendingApproval(next) === undefined ? 'running' : 'awaiting_approval' };
    }
    case 'execution-claimed': {
      const { call_id, owner, lease_expires_at, attempt, claim_id } = event.data;
      return withCall(state, {
        ...callOf(state, call_id, entry),
        status: 'executing',
        claim: { owner, lease_expires_at, attempt, claim_id, claimed_at: entry.at },
      });
    }
    case 'execution-released': {
      const { claim: _released, ...call } = callOf(state, event.data.call_id, entry);
      return withCall(state, { ...call, status: call.approval_id === undefined ? 'allowed' : 'approved' });
    }
    case 'execution-succeeded':
      return withCall(withExecutionTime(state, event.data.call_id, entry), {
        ...callOf(state, event.data.call_id, entry),
        status: 'succeeded',
        result: event.data.result,
      });
    case 'execution-failed': {
      const { call_id, error, result } = event.data;
      return withCall(withExecutionTime(state, call_id, entry), {
        ...callOf(state, call_id, entry),
        status: 'failed',
        error,
        ...(result === undefined ? {} : { result }),
      });
    }
    case 'execution-unknown':
      return withCall(state, {
        ...callOf(state, event.data.call_id, entry),
        status: 'unknown',
        error: { code: 'outcome_unknown', message: event.data.reason },
      });
    case 'execution-refused':
      return withCall(state, {
        ...callOf(state, event.data.call_id, entry),
        status: 'refused',
        error: { code: event.data.code, message: event.data.detail },
      });
    case 'execution-resolved':
      return withCall(state, {
        ...callOf(state, event.data.call_id, entry),
        status: event.data.outcome,
        resolved_by: event.data.principal_id,
      });
    case 'cancel-requested':
      return { ...state, cancel_requested_by: event.data.principal_id };
    case 'run-finished': {
      const { status, output, error } = event.data;
      return { ...state, status, output, ...(error === undefined ? {} : { error }) };
    }
  }
}

/** What people do to a run does not mend the step that broke. */
function movesForward(type: RunEventType): boolean {
  return !(
    type === 'step-failed' ||
    type === 'vote-refused' ||
    type === 'edit-refused' ||
    type === 'approval-reminded'
  );
}

/** Adds the time since the newest claim; a claim that died with its worker was replaced and so does not count. */
function withExecutionTime(state: RunState, callId: string, entry: AuditEntry): RunState {
  const claimedAt = state.calls.get(callId)?.claim?.claimed_at;
  if (claimedAt === undefined) return state;
  const elapsedMs = Math.max(0, Date.parse(entry.at) - Date.parse(claimedAt));
  return { ...state, acting_ms: (state.acting_ms ?? 0) + elapsedMs };
}

function withCall(state: RunState, call: CallState): RunState {
  return { ...state, calls: new Map(state.calls).set(call.call_id, call) };
}

function withApproval(state: RunState, approval: ApprovalState): RunState {
  return { ...state, approvals: new Map(state.approvals).set(approval.approval_id, approval) };
}

function callOf(state: RunState, id: string, entry: AuditEntry): CallState {
  const call = state.calls.get(id);
  if (call === undefined)
    throw new IntegrityError(`${entry.stream} entry ${entry.sequence} names an unknown call ${id}`);
  return call;
}

function approvalOf(state: RunState, id: string, entry: AuditEntry): ApprovalState {
  const approval = state.approvals.get(id);
  if (approval === undefined)
    throw new IntegrityError(`${entry.stream} entry ${entry.sequence} names an unknown approval ${id}`);
  return approval;
}
