import { type StreamEvent, visibleJson, visibleLine } from '@hitl/core';
import type { Output } from '../output.ts';
import { renderAnswer } from '../render/run.ts';

/** One line for each thing that happens in a run; `undefined` for what needs none. */
export function describeEvent(event: StreamEvent, { colors }: Pick<Output, 'colors'>): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `${colors.bold('▸ request')}   ${visibleLine(event.user_id)}: “${visibleLine(event.query)}”  ${colors.dim(event.run_id)}`;
    case 'tool-call-proposed':
      return `${colors.bold('▸ proposed')}  ${visibleLine(`${event.server}/${event.tool}`)} ${colors.cyan(visibleJson(event.arguments))}`;
    case 'decision-made': {
      const { effect, rule_ids, reasons } = event.decision;
      const paint = effect === 'allow' ? colors.green : effect === 'deny' ? colors.red : colors.yellow;
      const rules = rule_ids.map(visibleLine).join(', ') || 'no rule matched';
      return `${colors.bold('▸ policy')}    ${paint(effect)} ${colors.dim(`(${rules}, ${event.category})`)} ${visibleLine(reasons[0] ?? '')}`;
    }
    case 'approval-requested':
      return `${colors.bold('▸ waits')}     for people: ${visibleLine(event.approval_id)}`;
    case 'tool-call-executed': {
      const paint = event.status === 'succeeded' ? colors.green : colors.red;
      return `${colors.bold('▸ executed')}  ${visibleLine(`${event.server}/${event.tool}`)} ${paint(visibleLine(event.status))}${event.error === undefined ? '' : ` ${visibleLine(event.error.message)}`}`;
    }
    case 'run-finished': {
      const status = event.status === 'completed' ? colors.green(event.status) : colors.red(event.status);
      const head = `${colors.bold('▸ finished')}  ${status} ${colors.dim(`answered by ${visibleLine(event.model_id)}`)}`;
      return event.output === '' ? `${head}\n` : `${head}\n${renderAnswer(event.output, colors)}\n`;
    }
    case 'text-delta':
      return undefined;
  }
}
