import { type Choice, humanName } from './choose-tool.ts';
import type { DescribedTool } from './describe-tool.ts';
import { isEmailProperty } from './property-kind.ts';
import type { Order } from './read-order.ts';

/** What can be done with the connected tools, by server. */
export function explainCapabilities(tools: readonly DescribedTool[]): string {
  if (tools.length === 0) return 'No tools are connected, so there is nothing that I can do.';
  const byServer = Map.groupBy(tools, ({ alias }) => alias);
  const lines = [...byServer].map(
    ([alias, own]) =>
      `- ${alias === '' ? 'tools' : alias}: ${own.map(({ words }) => words.join(' ')).join(', ')}`,
  );
  return `What I can do with the connected tools:\n${lines.join('\n')}`;
}

export function explainMood(mood: Exclude<Order['mood'], 'order' | 'remark'>, clause: string): string {
  switch (mood) {
    case 'forbidden':
      return `I leave that alone, as you ask: "${clause}".`;
    case 'conditional':
      return `I can't judge conditions: "${clause}". Tell me what to do in plain terms, and I propose exactly that.`;
    case 'scheduled':
      return `I can't do things at another time, for a while or repeatedly: "${clause}". Ask when it is to happen.`;
    case 'alternative':
      return `That leaves a choice: "${clause}". Which one exactly?`;
    case 'question':
      return `I can't answer that from the connected tools: "${clause}".`;
    default:
      return `I don't understand what to do: "${clause}".`;
  }
}

export function explainChoice(choice: Exclude<Choice, { kind: 'calls' }>, clause: string): string {
  switch (choice.kind) {
    case 'cannot':
      return choice.because === undefined
        ? `No connected tool does that: "${clause}".`
        : `I can't do that as asked: "${clause}": ${choice.because}.`;
    case 'bulk':
      return `I don't change everything at once: "${clause}". Name each one exactly, people by their e-mail address.`;
    case 'ambiguous':
      return `Which one do you mean for "${clause}": ${choice.tools.map(humanName).join(' or ')}?`;
    case 'ask': {
      const needs = choice.missing.map((name) => needOf(choice.tool, name));
      const missing = needs.length === 0 ? [] : [`For "${clause}" I need ${listOf(needs)}.`];
      const question =
        needs.length === 0 ? 'What should it be?' : `What ${needs.length === 1 ? 'is it' : 'are they'}?`;
      return [...missing, ...choice.problems, question].join(' ');
    }
  }
}

/** A missing argument in plain words. */
function needOf(tool: DescribedTool, name: string): string {
  const property = tool.properties.find((candidate) => candidate.name === name);
  if (property === undefined) return `${name.replaceAll('_', ' ')}`;
  if (isEmailProperty(property)) return `the e-mail address of the user (${name})`;
  const pattern = String(property.schema.pattern ?? '');
  if (pattern.includes(':role/'))
    return `the 12-digit AWS account id and the exact role name, or the role's ARN (${name})`;
  if (Array.isArray(property.schema.enum))
    return `the ${property.words.join(' ')}: ${property.schema.enum.join(', ')}`;
  return `the ${property.words.join(' ')}`;
}

export function listOf(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
