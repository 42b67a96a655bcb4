import { describe, expect, it } from '@jest/globals';
import { occasionOf } from './occasion-of.ts';
import type { ApprovalState, RunState } from './records/run-state.ts';

const approval = { approval_id: 'apr_1', digest: 'a', reminder_count: 1, escalation_stage: 0 };
const runWith = (changed: Partial<ApprovalState> = {}, sequence = 4) =>
  ({
    run_id: 'run_1',
    sequence,
    approvals: new Map([['apr_1', { ...approval, ...changed }]]),
  }) as unknown as RunState;
const requested = (run: RunState) =>
  occasionOf({ kind: 'approval-requested', run, approval_id: 'apr_1', to: [] });
const reminded = (run: RunState) =>
  occasionOf({ kind: 'approval-reminded', run, approval_id: 'apr_1', to: [] });
const escalated = (run: RunState) =>
  occasionOf({ kind: 'approval-escalated', run, approval_id: 'apr_1', to: [] });

describe('an occasion', () => {
  it('is the same however far the run has moved on', () => {
    for (const name of [requested, reminded, escalated]) expect(name(runWith({}, 9))).toBe(name(runWith()));
    expect(requested(runWith({ reminder_count: 2, escalation_stage: 1 }))).toBe(requested(runWith()));
  });

  it('is another for another kind, reminder, stage, and once the request was edited', () => {
    const occasions = [
      requested(runWith()),
      requested(runWith({ digest: 'b' })),
      reminded(runWith()),
      reminded(runWith({ reminder_count: 2 })),
      escalated(runWith()),
      escalated(runWith({ escalation_stage: 1 })),
      occasionOf({ kind: 'approval-decided', run: runWith(), approval_id: 'apr_1' }),
      occasionOf({ kind: 'run-finished', run: runWith() }),
    ];
    expect(new Set(occasions).size).toBe(occasions.length);
  });
});
