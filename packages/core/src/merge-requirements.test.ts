import { describe, expect, it } from '@jest/globals';
import type { ApprovalRequirement } from './decision.ts';
import { mergeRequirements } from './merge-requirements.ts';

const base: ApprovalRequirement = {
  steps: [{ from: ['group:it'], votes: 1 }],
  expires_in_seconds: 3600,
  assurance: 'authenticated',
  remind_after_seconds: [],
  escalate: [],
};

describe('merging approval requirements', () => {
  it('keeps distinct steps in order and the larger number of votes of equal ones', () => {
    const merged = mergeRequirements([
      { ...base, steps: [{ from: ['group:it', 'user:ana'], votes: 1 }] },
      {
        ...base,
        steps: [
          { from: ['group:security'], votes: 1 },
          { from: ['user:ana', 'group:it'], votes: 2 },
        ],
      },
    ]);
    expect(merged.steps).toEqual([
      { from: ['group:it', 'user:ana'], votes: 2 },
      { from: ['group:security'], votes: 1 },
    ]);
  });

  it('keeps a step that one requirement repeats', () => {
    const twice = { ...base, steps: [...base.steps, { from: ['user:ana'], votes: 1 }, ...base.steps] };
    expect(mergeRequirements([twice]).steps).toHaveLength(3);
    expect(mergeRequirements([base, twice]).steps).toHaveLength(3);
  });

  it('takes the strongest assurance and the earliest expiry', () => {
    const merged = mergeRequirements([
      { ...base, assurance: 'linked', expires_in_seconds: 60 },
      { ...base, assurance: 'asserted', expires_in_seconds: 7200 },
    ]);
    expect(merged).toMatchObject({ assurance: 'linked', expires_in_seconds: 60 });
  });

  it('unites reminders, sorted by time', () => {
    const merged = mergeRequirements([
      { ...base, remind_after_seconds: [900, 300] },
      { ...base, remind_after_seconds: [300] },
    ]);
    expect(merged.remind_after_seconds).toEqual([300, 900]);
  });

  it('keeps the escalations of one requirement, each approver at their first stage', () => {
    const stages = [
      { after_seconds: 600, to: ['group:leads', 'user:oncall'] },
      { after_seconds: 1200, to: ['user:cto'] },
    ];
    const merged = mergeRequirements([
      { ...base, escalate: [...stages, { after_seconds: 1800, to: ['user:oncall'] }] },
    ]);
    expect(merged.escalate).toEqual(stages);
  });

  it('escalates only to those whom every requirement escalates to, and not before the last of them does', () => {
    const merged = mergeRequirements([
      { ...base, escalate: [{ after_seconds: 600, to: ['group:leads', 'user:oncall'] }] },
      { ...base, escalate: [{ after_seconds: 1200, to: ['user:cto', 'group:leads'] }] },
    ]);
    expect(merged.escalate).toEqual([{ after_seconds: 1200, to: ['group:leads'] }]);
    const strict = mergeRequirements([
      { ...base, escalate: [{ after_seconds: 1, to: ['user:intern'] }] },
      { ...base, steps: [{ from: ['group:security'], votes: 2 }] },
    ]);
    expect(strict.escalate).toEqual([]);
  });

  it('unites the named Slack channels in order, and names none where nobody does', () => {
    const merged = mergeRequirements([
      { ...base, slack_channels: ['C0000000B', 'C0000000A'] },
      base,
      { ...base, slack_channels: ['C0000000A', 'G0000000C', 'C0000000B'] },
    ]);
    expect(merged.slack_channels).toEqual(['C0000000B', 'C0000000A', 'G0000000C']);
    expect(mergeRequirements([base, base])).not.toHaveProperty('slack_channels');
  });

  it('refuses to merge nothing', () => {
    expect(() => mergeRequirements([])).toThrow('no approval requirement');
  });
});
