import type { CallView, RunView } from '@hitl/application/views';
import { visibleJson, visibleLine, visibleText } from '@hitl/core';
import type { Output } from '../output.ts';

type Colors = Output['colors'];

export function renderRun(run: RunView, { colors }: Pick<Output, 'colors'>): string {
  const lines = [
    `${colors.bold(visibleLine(run.run_id))}  ${paintStatus(run.status, colors)}${run.dry_run ? colors.yellow('  dry run: nothing was executed') : ''}`,
    `${visibleLine(run.user_id)} asked (${visibleLine(run.environment)}): “${visibleLine(run.query)}”`,
  ];
  for (const call of run.tool_calls) lines.push(...renderCall(call, run, colors));
  for (const { server, reason } of run.unavailable_servers) {
    lines.push(colors.yellow(`! server ${visibleLine(server)} did not answer: ${visibleLine(reason)}`));
  }
  if (run.quarantined_tools.length > 0) {
    lines.push(
      colors.yellow(
        `! not offered until accepted (hitl-mcp tools accept NAME --user-id YOU): ${run.quarantined_tools.map(visibleLine).join(', ')}`,
      ),
    );
  }
  if (run.error !== undefined)
    lines.push(colors.red(`${visibleLine(run.error.code)}: ${visibleLine(run.error.message)}`));
  if (run.output !== null && run.output !== '') lines.push('', renderAnswer(run.output, colors));
  if (run.model_id !== null) {
    const { input_tokens, output_tokens } = run.usage;
    lines.push(
      colors.dim(`answered by ${visibleLine(run.model_id)}, ${input_tokens} tokens in, ${output_tokens} out`),
    );
  }
  return lines.join('\n');
}

/** The model's own words, marked as such on each line: what a tool or a model says must not pass for what this program says. */
export function renderAnswer(text: string, colors: Colors): string {
  return visibleText(text)
    .trimEnd()
    .split('\n')
    .map((line) => `${colors.dim('┃')} ${line}`.trimEnd())
    .join('\n');
}

function renderCall(call: CallView, run: RunView, colors: Colors): string[] {
  const args = Object.entries(call.arguments)
    .map(([name, value]) => `${visibleLine(name)}=${visibleJson(value)}`)
    .join(' ');
  const { effect, rule_ids, reasons } = call.decision;
  const lines = [
    `  ${markOf(call.status, colors)} ${colors.bold(visibleLine(`${call.server}/${call.tool}`))} ${colors.cyan(args)}`.trimEnd(),
    colors.dim(
      `    ${effect} (${rule_ids.map(visibleLine).join(', ') || 'no rule matched'}): ${visibleLine(reasons[0] ?? '')}`,
    ),
  ];
  if (call.approval_id !== undefined) lines.push(colors.dim(`    approval ${visibleLine(call.approval_id)}`));
  if (call.error !== undefined)
    lines.push(colors.red(`    ${visibleLine(call.error.code)}: ${visibleLine(call.error.message)}`));
  if (call.status === 'unknown') {
    lines.push(
      colors.yellow(
        `    look at the target, then: hitl-mcp runs resolve ${visibleLine(run.run_id)} ${visibleLine(call.call_id)} --outcome succeeded|failed --note TEXT --user-id YOU`,
      ),
    );
  }
  return lines;
}

function markOf(status: CallView['status'], colors: Colors): string {
  if (status === 'succeeded') return colors.green('✓');
  if (status === 'awaiting_approval' || status === 'approved' || status === 'allowed')
    return colors.yellow('⏸');
  if (status === 'executing') return colors.yellow('…');
  if (status === 'unknown') return colors.yellow('?');
  return colors.red('✗');
}

export function paintStatus(status: RunView['status'], colors: Colors): string {
  if (status === 'completed') return colors.green(status);
  if (status === 'running' || status === 'awaiting_approval') return colors.yellow(status);
  return colors.red(status);
}
