import { genesisHash, type Notification, type Notifier, type RunState } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { openSubject } from './open-subject.ts';

export interface NotifierContractSubject {
  readonly subject: Notifier;
  /** What arrived at the channel's far end so far, one element per message. */
  received(): Promise<readonly unknown[]>;
  /** True when the channel can tell a repeated notification (then it must arrive once). */
  readonly isIdempotent: boolean;
  close?(): Promise<void>;
}

/** `create` receives a run with one approval request: what the notifications are about. */
export function describeNotifierContract(
  name: string,
  create: (run: RunState) => Promise<NotifierContractSubject>,
): void {
  describe(`${name} keeps the Notifier contract`, () => {
    const run = runThatWaits();
    const open = openSubject(() => create(run));
    const kinds: readonly Notification[] = [
      { kind: 'approval-requested', run, approval_id: 'apr_1', to: ['sam'] },
      { kind: 'approval-reminded', run, approval_id: 'apr_1', to: ['sam'] },
      { kind: 'approval-escalated', run, approval_id: 'apr_1', to: ['group:leads'] },
      { kind: 'approval-decided', run, approval_id: 'apr_1' },
      { kind: 'run-finished', run },
    ];

    it('has a name that a log can show', async () => {
      const { subject } = await open();
      expect(subject.name).toMatch(/^[a-z][a-z0-9-]*$/);
    });

    it.each(kinds.map((notification) => [notification.kind, notification] as const))(
      'delivers %s',
      async (_kind, notification) => {
        const { subject, received } = await open();
        await subject.notify(notification);
        expect(await received()).toHaveLength(1);
      },
    );

    it('delivers a repeated notification once where the channel can tell', async () => {
      const { subject, received, isIdempotent } = await open();
      const [first, second] = kinds;
      if (first === undefined || second === undefined) throw new Error('unreachable');
      await subject.notify(first);
      await subject.notify(first);
      await subject.notify(second);
      expect(await received()).toHaveLength(isIdempotent ? 2 : 3);
    });
  });
}

function runThatWaits(): RunState {
  const at = '2026-11-23T09:00:00.000Z';
  const requirement = {
    steps: [{ from: ['group:security'], votes: 1 }],
    expires_in_seconds: 3600,
    assurance: 'asserted' as const,
    remind_after_seconds: [],
    escalate: [],
    slack_channels: ['C0123456789'],
  };
  return {
    run_id: 'run_1',
    session_id: 'ses_1',
    started: {
      run_id: 'run_1',
      session_id: 'ses_1',
      principal: { id: 'ada', kind: 'user', groups: ['staff'], assurance: 'authenticated' },
      query: 'Create a new user john.doe@example.com',
      environment: 'dev',
      execution_timeout: 300,
      dry_run: false,
      channel: 'cli',
      memory: [],
    },
    status: 'awaiting_approval',
    steps: [],
    calls: new Map([
      [
        'call_1',
        {
          call_id: 'call_1',
          step: 0,
          server: 'google',
          tool: 'create_user',
          arguments: { primary_email: 'john.doe@example.com' },
          tool_digest: '1'.repeat(64),
          digest: '2'.repeat(64),
          decision: {
            effect: 'approval',
            rule_ids: ['writes-need-one'],
            reasons: ['Writing needs a second pair of eyes.'],
            requirement,
            category: 'write',
            policy_digest: '3'.repeat(64),
          },
          approval_id: 'apr_1',
          status: 'awaiting_approval',
        },
      ],
    ]),
    approvals: new Map([
      [
        'apr_1',
        {
          approval_id: 'apr_1',
          run_id: 'run_1',
          requester_id: 'ada',
          call_ids: ['call_1'],
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
