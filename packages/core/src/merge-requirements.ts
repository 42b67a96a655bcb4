import { assuranceLevels } from './assurance.ts';
import type { ApprovalRequirement, ApprovalStep, EscalationStage } from './decision.ts';
import { InvalidInputError } from './errors/invalid-input-error.ts';

/**
 * The requirement that satisfies every one of the given: distinct steps in the order of their first appearance (of steps with
 * the same approvers the one with more votes), the strongest assurance, the earliest expiry, all reminders, every Slack channel
 * that any of them names. An escalation makes more people approvers, so somebody is escalated to only if every requirement does
 * so, and only when the last of them does.
 * Merging never lowers what any single one demands.
 * @throws InvalidInputError when there is nothing to merge.
 */
export function mergeRequirements(requirements: readonly ApprovalRequirement[]): ApprovalRequirement {
  if (requirements.length === 0) throw new InvalidInputError('there is no approval requirement to merge');
  const ranks = requirements.map((requirement) => assuranceLevels.indexOf(requirement.assurance));
  const channels = [...new Set(requirements.flatMap(({ slack_channels = [] }) => slack_channels))];
  return {
    steps: mergeSteps(requirements),
    expires_in_seconds: Math.min(...requirements.map((requirement) => requirement.expires_in_seconds)),
    assurance: assuranceLevels[Math.max(...ranks)] ?? 'mfa',
    remind_after_seconds: [
      ...new Set(requirements.flatMap((requirement) => requirement.remind_after_seconds)),
    ].sort((a, b) => a - b),
    escalate: mergeStages(requirements),
    ...(channels.length === 0 ? {} : { slack_channels: channels }),
  };
}

/** A requirement may ask the same approvers twice on purpose: its second such step meets only another's second. */
function mergeSteps(requirements: readonly ApprovalRequirement[]): ApprovalStep[] {
  const merged = new Map<string, ApprovalStep>();
  for (const { steps } of requirements) {
    const repetitions = new Map<string, number>();
    for (const step of steps) {
      const from = [...new Set(step.from)];
      const approvers = setKey(from);
      const repetition = (repetitions.get(approvers) ?? 0) + 1;
      repetitions.set(approvers, repetition);
      const key = `${repetition} ${approvers}`;
      const earlier = merged.get(key);
      merged.set(key, {
        from: earlier?.from ?? from,
        votes: Math.max(step.votes, earlier?.votes ?? 0),
      });
    }
  }
  return [...merged.values()];
}

/** By time; stages at the same time are one stage that tells everybody named. */
function mergeStages(requirements: readonly ApprovalRequirement[]): EscalationStage[] {
  const [first, ...others] = requirements.map(({ escalate }) => earliestStages(escalate));
  const merged = new Map<number, string[]>();
  for (const [approver, after] of first ?? []) {
    const times = others.map((stages) => stages.get(approver));
    if (times.includes(undefined)) continue;
    const last = Math.max(after, ...times.map((time) => time ?? 0));
    merged.set(last, [...(merged.get(last) ?? []), approver]);
  }
  return [...merged].sort(([a], [b]) => a - b).map(([after_seconds, to]) => ({ after_seconds, to }));
}

function earliestStages(stages: readonly EscalationStage[]): Map<string, number> {
  const earliest = new Map<string, number>();
  for (const { after_seconds, to } of stages)
    for (const approver of to)
      earliest.set(approver, Math.min(after_seconds, earliest.get(approver) ?? after_seconds));
  return earliest;
}

function setKey(references: readonly string[]): string {
  return JSON.stringify([...references].sort());
}
