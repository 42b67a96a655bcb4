import type { ApprovalView } from '@hitl/application/views';
import { type JsonValue, mixedScripts, visibleJson, visibleLine } from '@hitl/core';
import type { Output } from '../output.ts';
import { wrapLine } from './wrap-line.ts';

type Colors = Output['colors'];
type ApprovalCall = ApprovalView['calls'][number];

/** A value longer than this is written over several lines, as indented JSON. */
const shortValue = 100;

/**
 * An approval request as an approver must see it: whole, nothing cut, nothing hidden. Values stand as JSON, in which text and number,
 * a line feed and a `\n`, a space at the end are told apart.
 */
export function renderApprovalCard(
  view: ApprovalView,
  { colors, width }: Pick<Output, 'colors' | 'width'>,
): string {
  const lines = [
    colors.bold(`${statusMark(view.status)} Approval ${visibleLine(view.approval_id)}  ${view.status}`),
    `${colors.bold(visibleLine(view.requester_id))} asked (${visibleLine(view.environment)}): “${visibleLine(view.query)}”`,
  ];
  for (const [index, call] of view.calls.entries())
    lines.push('', ...renderCall(call, view.calls.length > 1 ? index + 1 : undefined, colors));
  lines.push('', ...renderRequirement(view, colors), ...renderVotes(view, colors));
  if (view.editors.length > 0) lines.push(`  edited by ${view.editors.map(visibleLine).join(', ')}`);
  if (view.status === 'pending') lines.push(colors.dim(`expires ${visibleLine(view.expires_at)}`));
  else {
    const reason = view.reason === undefined ? '' : ` — ${visibleLine(view.reason)}`;
    lines.push(`${view.status} by ${view.decided_by.map(visibleLine).join(', ') || 'nobody'}${reason}`);
  }
  lines.push(colors.dim(`digest ${visibleLine(view.digest)}`));
  return frame(lines, width);
}

function renderCall(call: ApprovalCall, number: number | undefined, colors: Colors): string[] {
  const lines = [
    `${number === undefined ? '' : `${number}. `}${colors.bold(visibleLine(`${call.server}/${call.tool}`))}  ${colors.dim(call.category)}`,
  ];
  const args = Object.entries(call.arguments);
  if (args.length === 0) lines.push(colors.dim('   no arguments'));
  for (const [name, value] of args) lines.push(...renderArgument(name, value, colors));
  if (call.preview !== undefined) {
    lines.push(`   ${colors.bold('would')} ${visibleLine(call.preview.summary)}`);
    for (const { path, before, after } of call.preview.changes) {
      lines.push(
        `     ${visibleLine(path)}: ${colors.red(renderValue(before))} → ${colors.green(renderValue(after))}`,
      );
    }
    for (const warning of call.preview.warnings ?? [])
      lines.push(`     ${colors.yellow(`! ${visibleLine(warning)}`)}`);
  }
  const rules = call.rule_ids.map(visibleLine).join(', ') || 'no rule matched';
  lines.push(`   ${colors.dim(`because ${rules}: ${visibleLine(call.reasons.join(' · '))}`)}`);
  // By its id one call among several is edited.
  const name = number === undefined ? '' : `call ${visibleLine(call.call_id)}, `;
  lines.push(`   ${colors.dim(`${name}call digest ${visibleLine(call.digest)}`)}`);
  return lines;
}

function renderArgument(name: string, value: JsonValue | undefined, colors: Colors): string[] {
  const label = `   ${visibleLine(name)}: `;
  const compact = renderValue(value);
  const [first = '', ...more] =
    compact.length <= shortValue || typeof value !== 'object' ? [compact] : visibleJson(value, 2).split('\n');
  const lines = [`${label}${colors.cyan(first)}`, ...more.map((line) => `   ${colors.cyan(line)}`)];
  const mixed = mixedScripts(JSON.stringify(value) ?? '');
  if (mixed !== undefined)
    lines.push(
      `   ${colors.yellow(`! one word of it mixes ${mixed.join(' and ')} letters, which can look alike`)}`,
    );
  return lines;
}

/** `undefined` is a value that the target does not have. */
export function renderValue(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : visibleJson(value);
}

function renderRequirement({ requirement, open_step }: ApprovalView, colors: Colors): string[] {
  const lines = requirement.steps.map((step, index) => {
    const isOpen = open_step?.index === index;
    const who = (isOpen ? open_step.approvers : step.from).map(visibleLine).join(', ');
    const soFar = isOpen ? `, ${open_step.votes_have} so far` : '';
    return `${isOpen ? colors.yellow('▸') : ' '} step ${index + 1}: ${step.votes} of ${who}${soFar}`;
  });
  if (requirement.assurance !== 'asserted') lines.push(`  voters must be ${requirement.assurance}`);
  if (requirement.slack_channels !== undefined)
    lines.push(`  asked in Slack channel ${requirement.slack_channels.map(visibleLine).join(', ')}`);
  return lines;
}

function renderVotes(view: ApprovalView, colors: Colors): string[] {
  const counted = view.votes.map((vote) => {
    const mark = vote.decision === 'approve' ? colors.green('✓') : colors.red('✗');
    const grant = vote.grant_id === undefined ? '' : `, by grant ${visibleLine(vote.grant_id)}`;
    const reason = vote.reason === undefined ? '' : ` — ${visibleLine(vote.reason)}`;
    return `  ${mark} ${visibleLine(vote.principal_id)} (${vote.channel}, ${vote.assurance}${grant}) ${vote.at}${reason}`;
  });
  const withdrawn = view.void_votes.map((vote) =>
    colors.dim(
      `  void since the edit: ${visibleLine(vote.principal_id)} ${vote.decision} on ${vote.digest.slice(0, 12)}…`,
    ),
  );
  return [...counted, ...withdrawn];
}

function statusMark(status: ApprovalView['status']): string {
  if (status === 'pending') return '⏸';
  return status === 'approved' ? '✓' : '✗';
}

const bar = '│ ';
const goesOn = '│ ┊ ';

/** A bar at the left only: a right edge would need to know how wide every terminal draws every character. */
function frame(lines: readonly string[], width: number | undefined): string {
  const framed = lines.flatMap((line) => {
    if (width === undefined) return [`${bar}${line}`.trimEnd()];
    const [first = '', ...more] = wrapLine(line, Math.max(20, width - goesOn.length));
    return [`${bar}${first}`.trimEnd(), ...more.map((piece) => `${goesOn}${piece}`)];
  });
  return ['╭─', ...framed, '╰─'].join('\n');
}
