import type { CallView, RunView } from '@hitl/application';
import type { Output } from '../output.ts';
import { visibleLine, visibleText } from './visible-text.ts';

export function renderRun(run: RunView, { colors }: Pick<Output, 'colors'>): string {
  const lines = [
    `${colors.bold(run.run_id)}  ${colorOf(run.status, colors)}${run.dry_run ? colors.yellow('  dry run') : ''}`,
    `${visibleLine(run.user_id)} asked (${run.environment}): “${visibleLine(run.query)}”`,
  ];
  for (const call of run.tool_calls) lines.push(...renderCall(call, colors));
  for (const { server, reason } of run.unavailable_servers) {
    lines.push(colors.yellow(`! server ${server} did not answer: ${visibleLine(reason)}`));
  }
  if (run.quarantined_tools.length > 0) {
    lines.push(
      colors.yellow(
        `! not offered until accepted (hitl-mcp tools accept NAME): ${run.quarantined_tools.map(visibleLine).join(', ')}`,
      ),
    );
  }
  if (run.output !== null && run.output !== '') lines.push('', visibleText(run.output));
  if (run.model_id !== null) {
    lines.push(
      colors.dim(
        `answered by ${run.model_id}, ${run.usage.input_tokens} tokens in, ${run.usage.output_tokens} out`,
      ),
    );
  }
  return lines.join('\n');
}

function renderCall(call: CallView, colors: Output['colors']): string[] {
  const args = Object.entries(call.arguments)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  const lines = [
    `  ${markOf(call.status, colors)} ${colors.bold(visibleLine(`${call.server}/${call.tool}`))} ${colors.cyan(visibleLine(args))}`,
    colors.dim(
      `    ${call.decision.effect} (${call.decision.rule_ids.join(', ') || 'no rule matched'}): ${visibleLine(call.decision.reasons[0] ?? '')}`,
    ),
  ];
  if (call.approval_id !== undefined) lines.push(colors.dim(`    approval ${call.approval_id}`));
  if (call.error !== undefined)
    lines.push(colors.red(`    ${call.error.code}: ${visibleLine(call.error.message)}`));
  if (call.status === 'unknown') {
    lines.push(
      colors.yellow(
        `    look at the target, then: hitl-mcp runs resolve RUN ${call.call_id} --outcome succeeded|failed --note TEXT --user-id YOU`,
      ),
    );
  }
  return lines;
}

function markOf(status: CallView['status'], colors: Output['colors']): string {
  if (status === 'succeeded') return colors.green('✓');
  if (status === 'awaiting_approval' || status === 'approved' || status === 'allowed')
    return colors.yellow('⏸');
  if (status === 'executing') return colors.yellow('…');
  if (status === 'unknown') return colors.yellow('?');
  return colors.red('✗');
}

function colorOf(status: RunView['status'], colors: Output['colors']): string {
  if (status === 'completed') return colors.green(status);
  if (status === 'running' || status === 'awaiting_approval') return colors.yellow(status);
  return colors.red(status);
}
