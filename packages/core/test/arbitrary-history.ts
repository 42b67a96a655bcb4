import fc from 'fast-check';
import type { JsonObject } from '../src/canonical-json.ts';
import type { ApprovalRequirement, Decision } from '../src/decision.ts';
import {
  type AuditEntry,
  applyRunEvent,
  auditEntryHash,
  genesisHash,
  type RunEvent,
  type RunState,
  runStream,
} from '../src/records/index.ts';

const startMs = Date.parse('2026-11-23T09:00:00.000Z');
const iso = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString();
const hex = (n: number): string => n.toString(16).padStart(64, '0');

const requirement: ApprovalRequirement = {
  steps: [{ from: ['group:security'], votes: 2 }],
  expires_in_seconds: 3600,
  assurance: 'linked',
  remind_after_seconds: [600],
  escalate: [],
};

/** Links an event to the head of a run's stream. */
export function sealed(head: AuditEntry | undefined, runId: string, event: RunEvent): AuditEntry {
  const entry = {
    stream: runStream(runId),
    sequence: (head?.sequence ?? 0) + 1,
    at: iso(head?.sequence ?? 0),
    actor: 'system',
    type: event.type,
    data: event.data as unknown as JsonObject,
    previous_hash: head?.hash ?? genesisHash,
  };
  return { ...entry, hash: auditEntryHash(entry) };
}

const started = (run_id: string): RunEvent => ({
  type: 'run-started',
  data: {
    run_id,
    session_id: 's1',
    principal: { id: 'rosa', kind: 'user', groups: ['staff'], assurance: 'linked' },
    query: 'give ada an account',
    environment: 'prod',
    execution_timeout: 300,
    dry_run: false,
    channel: 'slack',
    memory: [],
  },
});

/** Everything that may follow a state; `n` makes ids and texts differ. */
function possibleEvents(run: RunState, n: number): RunEvent[] {
  if (run.output !== undefined) return [];
  const events: RunEvent[] = [];
  const decision = (effect: Decision['effect']): Decision => ({
    effect,
    rule_ids: [],
    reasons: [`reason ${n}`],
    category: 'write',
    policy_digest: hex(1),
    ...(effect === 'approval' ? { requirement } : {}),
  });
  if (run.frozen === undefined)
    return [{ type: 'tools-frozen', data: { tools: { inline: [] }, unavailable: [], quarantined: [] } }];
  const usage = { input_tokens: n, output_tokens: 1 };
  const answer = {
    step: run.steps.length,
    model_id: 'm',
    messages: { inline: [n] },
    text: `${n}`,
    proposed: [],
  };
  events.push({ type: 'model-answered', data: { ...answer, finish_reason: 'stop', usage, duration_ms: n } });
  for (const effect of ['allow', 'approval', 'deny'] as const) {
    const call = { call_id: `call_${n}`, step: 0, server: 's', tool: 't', arguments: { n } };
    const data = { ...call, tool_digest: hex(2), digest: hex(n), decision: decision(effect) };
    events.push({ type: 'call-decided', data });
  }
  const open = [...run.calls.values()].filter(
    (call) => call.status === 'awaiting_approval' && call.approval_id === undefined,
  );
  if (open.length > 0) {
    const data = { approval_id: `apr_${n}`, call_ids: open.map((call) => call.call_id), digest: hex(n) };
    events.push({ type: 'approval-requested', data: { ...data, requirement, expires_at: iso(9999) } });
  }
  for (const { approval_id, call_ids, digest, status, reminder_count } of run.approvals.values()) {
    if (status !== 'pending') continue;
    const who = { principal_id: `voter_${n}`, channel: 'slack' as const, decision: 'approve' as const };
    const vote = {
      ...who,
      vote_id: `vote_${n}`,
      groups: ['security'],
      digest,
      assurance: 'mfa' as const,
      step: 0,
    };
    events.push({ type: 'vote-cast', data: { approval_id, vote: { ...vote, at: iso(n) } } });
    events.push({
      type: 'vote-refused',
      data: { approval_id, ...who, code: 'not_an_approver', detail: 'no' },
    });
    events.push({ type: 'approval-reminded', data: { approval_id, count: reminder_count + 1, to: [] } });
    const edited = { approval_id, principal_id: `editor_${n}`, call_id: call_ids[0] ?? '', arguments: { n } };
    const anew = { call_digest: hex(n), decision: decision('approval'), digest: hex(n + 1), requirement };
    events.push({ type: 'approval-edited', data: { ...edited, ...anew, expires_at: iso(9999) } });
    for (const outcome of ['approved', 'rejected', 'expired'] as const)
      events.push({ type: 'approval-decided', data: { approval_id, status: outcome, by: ['ana'] } });
  }
  for (const { call_id, status, digest } of run.calls.values()) {
    if (status === 'allowed' || status === 'approved') {
      const claim = { call_id, digest, attempt: 1, owner: 'w', lease_expires_at: iso(n) };
      events.push({ type: 'execution-claimed', data: claim });
    }
    if (status === 'executing') {
      events.push({ type: 'execution-succeeded', data: { call_id, result: { inline: n } } });
      events.push({ type: 'execution-failed', data: { call_id, error: { code: 'e', message: `${n}` } } });
      events.push({ type: 'execution-unknown', data: { call_id, reason: `${n}` } });
    }
  }
  events.push({ type: 'run-finished', data: { status: 'completed', output: `${n}` } });
  return events;
}

/** The entries of a run that could have happened, at least two of them. */
export const history: fc.Arbitrary<readonly AuditEntry[]> = fc
  .array(fc.nat({ max: 9999 }), { minLength: 1, maxLength: 40, size: 'max' })
  .map((choices) => {
    const first = sealed(undefined, 'run_1', started('run_1'));
    const entries = [first];
    let head = first;
    let run = applyRunEvent(undefined, first);
    for (const [index, choice] of choices.entries()) {
      const possible = possibleEvents(run, index + 1);
      const event = possible[choice % possible.length];
      if (event === undefined) break;
      head = sealed(head, 'run_1', event);
      run = applyRunEvent(run, head);
      entries.push(head);
    }
    return entries;
  });
