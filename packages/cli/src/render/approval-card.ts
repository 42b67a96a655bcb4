import type { ApprovalView } from '@hitl/application';
import type { JsonValue } from '@hitl/core';
import type { Output } from '../output.ts';
import { visibleLine } from './visible-text.ts';

/** An approval request as an approver must see it: whole, nothing cut, nothing hidden. */
export function renderApprovalCard(view: ApprovalView, { colors }: Pick<Output, 'colors'>): string {
  const lines: string[] = [];
  const title = `${statusMark(view.status)} Approval ${view.approval_id}  ${view.status}`;
  lines.push(colors.bold(title));
  lines.push(
    `${colors.bold(visibleLine(view.requester_id))} asked (${view.environment}): “${visibleLine(view.query)}”`,
  );
  for (const [index, call] of view.calls.entries()) {
    lines.push('');
    lines.push(
      `${index + 1}. ${colors.bold(visibleLine(`${call.server}/${call.tool}`))}  ${colors.dim(call.category)}`,
    );
    const args = Object.entries(call.arguments);
    if (args.length === 0) lines.push(colors.dim('   no arguments'));
    for (const [name, value] of args)
      lines.push(`   ${visibleLine(name)}: ${colors.cyan(renderValue(value))}`);
    if (call.preview !== undefined) {
      lines.push(`   ${colors.bold('would')} ${visibleLine(call.preview.summary)}`);
      for (const change of call.preview.changes) {
        lines.push(
          `     ${visibleLine(change.path)}: ${colors.red(renderValue(change.before))} → ${colors.green(renderValue(change.after))}`,
        );
      }
      for (const warning of call.preview.warnings ?? [])
        lines.push(`     ${colors.yellow(`! ${visibleLine(warning)}`)}`);
    }
    lines.push(
      `   ${colors.dim(`because ${call.rule_ids.join(', ') || 'no rule matched'}: ${visibleLine(call.reasons.join(' · '))}`)}`,
    );
    lines.push(`   ${colors.dim(`call digest ${call.digest}`)}`);
  }
  lines.push('');
  for (const [index, step] of view.requirement.steps.entries()) {
    const isOpen = view.open_step?.index === index;
    lines.push(
      `${isOpen ? '▸' : ' '} step ${index + 1}: ${step.votes} of ${step.from.map(visibleLine).join(', ')}` +
        (isOpen ? `, ${view.open_step?.votes_have ?? 0} so far` : ''),
    );
  }
  if (view.requirement.assurance !== 'asserted') lines.push(`  voters must be ${view.requirement.assurance}`);
  for (const vote of view.votes) {
    lines.push(
      `  ${vote.decision === 'approve' ? colors.green('✓') : colors.red('✗')} ${visibleLine(vote.principal_id)} (${vote.channel}, ${vote.assurance}` +
        `${vote.grant_id === undefined ? '' : `, by grant ${vote.grant_id}`}) ${vote.at}` +
        `${vote.reason === undefined ? '' : ` — ${visibleLine(vote.reason)}`}`,
    );
  }
  for (const vote of view.void_votes)
    lines.push(
      colors.dim(`  void: ${visibleLine(vote.principal_id)} ${vote.decision} on ${vote.digest.slice(0, 12)}`),
    );
  if (view.status === 'pending') lines.push(colors.dim(`expires ${view.expires_at}`));
  else
    lines.push(
      `${view.status} by ${view.decided_by.map(visibleLine).join(', ') || 'nobody'}${view.reason === undefined ? '' : ` — ${visibleLine(view.reason)}`}`,
    );
  lines.push(colors.dim(`digest ${view.digest}`));
  return frame(lines);
}

function renderValue(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  return visibleLine(typeof value === 'string' ? value : JSON.stringify(value));
}

function statusMark(status: ApprovalView['status']): string {
  if (status === 'pending') return '⏸';
  return status === 'approved' ? '✓' : '✗';
}

/** A bar at the left only: a right edge would need to know how wide every terminal draws every character. */
function frame(lines: readonly string[]): string {
  return ['╭─', ...lines.map((line) => `│ ${line}`), '╰─'].join('\n');
}
