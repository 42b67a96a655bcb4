import { genesisHash, type JsonObject, type Notification, type RunState } from '@hitl/core';

/** A run that waits for one approval of `calls` calls, each with these arguments. */
export function waitingRun(
  options: {
    readonly query?: string;
    readonly args?: JsonObject;
    readonly calls?: number;
    readonly requester?: string;
  } = {},
): RunState {
  const { query = 'give Ada a role', args = { user: 'ada' }, calls = 1, requester = 'alice' } = options;
  const at = '2026-11-23T09:00:00.000Z';
  const requirement = {
    steps: [{ from: ['group:security'], votes: 1 }],
    expires_in_seconds: 3600,
    assurance: 'asserted' as const,
    remind_after_seconds: [],
    escalate: [],
  };
  const ids = Array.from({ length: calls }, (_, index) => `call_${index}`);
  return {
    run_id: 'run_1',
    session_id: 'ses_1',
    started: {
      run_id: 'run_1',
      session_id: 'ses_1',
      principal: { id: requester, kind: 'user', groups: [], assurance: 'authenticated' },
      query,
      environment: 'dev',
      execution_timeout: 300,
      dry_run: false,
      channel: 'cli',
      memory: [],
    },
    status: 'awaiting_approval',
    steps: [],
    calls: new Map(
      ids.map((call_id) => [
        call_id,
        {
          call_id,
          step: 0,
          server: 'acct',
          tool: 'grant_role',
          arguments: args,
          tool_digest: '1'.repeat(64),
          digest: '2'.repeat(64),
          preview: { summary: 'ada becomes admin', changes: [], state_digest: 's' },
          decision: {
            effect: 'approval' as const,
            rule_ids: ['admin-needs-two'],
            reasons: ['Admins are few.'],
            requirement,
            category: 'privileged_write' as const,
            policy_digest: '3'.repeat(64),
          },
          approval_id: 'apr_1',
          status: 'awaiting_approval' as const,
        },
      ]),
    ),
    approvals: new Map([
      [
        'apr_1',
        {
          approval_id: 'apr_1',
          run_id: 'run_1',
          requester_id: requester,
          call_ids: ids,
          digest: '4'.repeat(64),
          requirement,
          status: 'pending',
          requested_at: at,
          expires_at: '2026-11-23T10:00:00.000Z',
          votes: [],
          void_votes: [],
          editors: [],
          reminder_count: 0,
          escalation_stage: 0,
          decided_by: [],
        },
      ],
    ]),
    usage: { input_tokens: 0, output_tokens: 0 },
    created_at: at,
    updated_at: at,
    sequence: 4,
    head_hash: genesisHash,
  };
}

export function requested(run: RunState): Notification {
  return { kind: 'approval-requested', run, approval_id: 'apr_1', to: ['group:security'] };
}
