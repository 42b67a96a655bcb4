import { type CallState, genesisHash, type RunState } from '@hitl/core';

/** A run of which so many model steps are recorded. */
export function runOf(steps: readonly string[], change: Partial<RunState> = {}): RunState {
  const at = '2026-11-23T09:00:00.000Z';
  const last = steps.at(-1) ?? '';
  return {
    run_id: 'run_1',
    session_id: 'ses_1',
    started: {
      run_id: 'run_1',
      session_id: 'ses_1',
      principal: { id: 'ada', kind: 'user', groups: [], assurance: 'linked' },
      query: 'do it',
      environment: 'dev',
      execution_timeout: 300,
      dry_run: false,
      channel: 'slack',
      memory: [],
    },
    status: 'completed',
    steps: steps.map((text, step) => ({
      step,
      model_id: 'm',
      messages: { inline: null },
      text,
      finish_reason: 'stop',
      proposed: [],
    })),
    calls: new Map(),
    approvals: new Map(),
    output: last,
    usage: { input_tokens: 0, output_tokens: 0 },
    created_at: at,
    updated_at: at,
    sequence: 4,
    head_hash: genesisHash,
    ...change,
  };
}

export function callStateOf(change: Partial<CallState> = {}): CallState {
  return {
    call_id: 'call_0_0',
    step: 0,
    server: 'google',
    tool: 'create_user',
    arguments: {},
    tool_digest: '1'.repeat(64),
    digest: '2'.repeat(64),
    decision: {
      effect: 'allow',
      rule_ids: ['r'],
      reasons: ['Fine.'],
      category: 'write',
      policy_digest: '3'.repeat(64),
    },
    status: 'succeeded',
    ...change,
  };
}
