import type { StreamEvent } from '@hitl/core';
import type { Output } from '../output.ts';
import { visibleLine, visibleText } from '../render/visible-text.ts';

/** One line for each thing that happens in a run; `undefined` for what needs none. */
export function describeEvent(event: StreamEvent, { colors }: Pick<Output, 'colors'>): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `${colors.bold('▸ request')}   ${visibleLine(event.user_id)}: “${visibleLine(event.query)}”  ${colors.dim(event.run_id)}`;
    case 'tool-call-proposed':
      return `${colors.bold('▸ proposed')}  ${visibleLine(`${event.server}/${event.tool}`)} ${colors.cyan(visibleLine(JSON.stringify(event.arguments)))}`;
    case 'decision-made': {
      const { effect, rule_ids, reasons } = event.decision;
      const paint = effect === 'allow' ? colors.green : effect === 'deny' ? colors.red : colors.yellow;
      return `${colors.bold('▸ policy')}    ${paint(effect)} ${colors.dim(`(${rule_ids.join(', ') || 'no rule matched'}, ${event.category})`)} ${visibleLine(reasons[0] ?? '')}`;
    }
    case 'approval-requested':
      return `${colors.bold('▸ waits')}     for people: ${event.approval_id}`;
    case 'tool-call-executed': {
      const paint = event.status === 'succeeded' ? colors.green : colors.red;
      return `${colors.bold('▸ executed')}  ${visibleLine(`${event.server}/${event.tool}`)} ${paint(event.status)}${event.error === undefined ? '' : ` ${visibleLine(event.error.message)}`}`;
    }
    case 'run-finished':
      return `${colors.bold('▸ finished')}  ${event.status === 'completed' ? colors.green(event.status) : colors.red(event.status)} ${colors.dim(`answered by ${event.model_id}`)}\n\n${visibleText(event.output)}\n`;
    case 'text-delta':
      return undefined;
  }
}
