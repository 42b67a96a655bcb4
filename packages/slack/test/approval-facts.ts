import type { ApprovalFacts, CallFacts } from '../src/render/approval-facts.ts';

/** A request for one call, waiting for one of two votes. */
export function factsOf(change: Partial<ApprovalFacts> = {}): ApprovalFacts {
  return {
    approval_id: 'apr_1',
    run_id: 'run_1',
    status: 'pending',
    requester_id: 'ada',
    query: 'Create a user for John',
    environment: 'prod',
    digest: 'd'.repeat(64),
    requirement: {
      steps: [{ from: ['group:security'], votes: 2 }],
      expires_in_seconds: 3600,
      assurance: 'linked',
      remind_after_seconds: [],
      escalate: [],
    },
    calls: [callOf()],
    votes: [],
    void_votes: [],
    editors: [],
    open_step: { index: 0, approvers: ['group:security'], votes_needed: 2, votes_have: 0 },
    expires_at: '2026-11-23T10:00:00.000Z',
    decided_by: [],
    ...change,
  };
}

export function callOf(change: Partial<CallFacts> = {}): CallFacts {
  return {
    call_id: 'call_1',
    server: 'google',
    tool: 'create_user',
    arguments: { primary_email: 'john.doe@example.com', admin: false },
    category: 'write',
    status: 'awaiting_approval',
    preview: {
      summary: 'creates john.doe@example.com',
      changes: [{ path: 'user.org_unit', after: '/Sales' }],
      warnings: ['uses one licence'],
      state_digest: 'e'.repeat(64),
    },
    rule_ids: ['writes-need-two'],
    reasons: ['Writing in prod needs two.'],
    ...change,
  };
}

export const nowMs = Date.parse('2026-11-23T09:00:00.000Z');
