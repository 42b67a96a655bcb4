import type { JsonObject } from '@hitl/core';
import { type Choice, chooseTool, humanName } from './choose-tool.ts';
import { createVerbLookup, type DescribedTool, readActions } from './describe-tool.ts';
import { findEntities } from './find-entities.ts';
import { singular } from './lexicon.ts';
import { isEmailProperty } from './property-kind.ts';
import { type Order, readOrder } from './read-order.ts';
import { type Clause, splitClauses } from './split-clauses.ts';
import { type Token, tokenize } from './tokenize.ts';
import { explainCapabilities, explainChoice, explainMood } from './write-reply.ts';

export interface PlannedCall {
  readonly tool: DescribedTool;
  readonly arguments: JsonObject;
}

/** Either all that is asked for can be done, in stages of which each needs the one before, or nothing is and `reply` says why. */
export type Plan =
  | {
      readonly kind: 'act';
      readonly stages: readonly (readonly PlannedCall[])[];
      readonly notes: readonly string[];
    }
  | { readonly kind: 'reply'; readonly text: string };

/** Reading takes time that grows with the square of the length. */
const maxRequestLength = 10_000;
/** More would be cut off by the agent's own limit of calls per answer. */
const callsPerStage = 8;

/**
 * Turns a request into calls, wholly or not at all: a request of which a part is unclear or impossible is answered with what
 * is missing, before anything of it is done. A pure function of request and tools.
 */
export function planRequest(request: string, tools: readonly DescribedTool[]): Plan {
  if (request.length > maxRequestLength) {
    return {
      kind: 'reply',
      text: `That is too long for me: at most ${maxRequestLength} characters. Ask in several requests.`,
    };
  }
  const verbs = createVerbLookup(tools);
  const clauses = shareObjects(
    splitClauses(tokenize(findEntities(request)), verbs, listWordsOf(tools)).map((clause) => ({
      clause,
      order: readOrder(clause, verbs),
    })),
  );
  const told = clauses.filter(({ order }) => order.mood !== 'empty');
  const [first] = told;
  if (first === undefined || told.every(({ order }) => order.mood === 'remark'))
    return { kind: 'reply', text: explainCapabilities(tools) };
  if (told.some(({ order }) => order.mood === 'capability'))
    return { kind: 'reply', text: explainCapabilities(tools) };

  const calls: (PlannedCall & { readonly isSequel: boolean })[] = [];
  const obstacles: string[] = [];
  const notes: string[] = [];
  let lastEmail: string | undefined;
  for (const { clause, order } of told) {
    if (order.mood === 'remark') continue;
    if (order.mood !== 'order') {
      (order.mood === 'forbidden' ? notes : obstacles).push(explainMood(order.mood, textOf(clause)));
      continue;
    }
    for (const part of splitByPerson(order, tools)) {
      const choice = chooseTool(tools, part, { lastEmail });
      if (choice.kind === 'calls') {
        for (const args of choice.argumentSets)
          calls.push({ tool: choice.tool, arguments: args, isSequel: clause.isSequel });
      } else {
        obstacles.push(explainChoice(choice, textOf(clause)));
      }
      lastEmail =
        emailOf(choice) ?? part.rest.findLast(({ entity }) => entity?.kind === 'email')?.text ?? lastEmail;
    }
  }
  if (obstacles.length > 0) return { kind: 'reply', text: refuse([...new Set(obstacles)], calls, tools) };
  if (calls.length === 0) return { kind: 'reply', text: notes.join('\n') };
  return { kind: 'act', stages: stagesOf(calls), notes };
}

/** Names of required lists, in both numbers: "issues", "issue". */
function listWordsOf(tools: readonly DescribedTool[]): ReadonlySet<string> {
  const names = tools.flatMap(({ properties }) =>
    properties
      .filter(({ isRequired, schema }) => isRequired && schema.type === 'array')
      .map(({ words }) => words.at(-1) ?? ''),
  );
  return new Set(names.flatMap((name) => [name, singular(name)]));
}

function refuse(
  obstacles: readonly string[],
  calls: readonly PlannedCall[],
  tools: readonly DescribedTool[],
): string {
  const others = [...new Set(calls.map(({ tool }) => humanName(tool)))];
  const rest =
    others.length === 0
      ? ''
      : `\nI have not done anything yet; the rest of the request (${others.join(', ')}) waits for this.`;
  const isLost = obstacles.every((text) => !text.endsWith('?')) && others.length === 0;
  return `${obstacles.join('\n')}${rest}${isLost ? `\n${explainCapabilities(tools)}` : ''}`;
}

/** "suspend and remove AWS access … from a@x.com": a bare verb shares the people of the order after it. */
function shareObjects(clauses: readonly { clause: Clause; order: Order }[]) {
  return clauses.map((entry, index) => {
    const next = clauses[index + 1];
    if (entry.order.mood !== 'order' || entry.order.rest.length > 0 || next?.order.mood !== 'order')
      return entry;
    const people = next.order.rest.filter(({ entity }) => entity?.kind === 'email');
    return { ...entry, order: { ...entry.order, rest: people } };
  });
}

/** "create users Ann Lee (a@x.com) and Bob Ray (b@x.com)": each person's own particulars stay together. */
function splitByPerson(
  order: Extract<Order, { mood: 'order' }>,
  tools: readonly DescribedTool[],
): Extract<Order, { mood: 'order' }>[] {
  const emails = order.rest.filter(({ entity }) => entity?.kind === 'email');
  const needsMore = tools.some(
    (tool) =>
      tool.action === order.actions.find((action) => tools.some((other) => other.action === action)) &&
      tool.action === 'create' &&
      tool.properties.some(isEmailProperty),
  );
  if (emails.length < 2 || !needsMore) return [order];
  const parts: Token[][] = [[]];
  for (const token of order.rest) {
    if (/^(?:and|,|;|&|\n)$/.test(token.lower)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  const people: Token[][] = [];
  let waiting: Token[] = [];
  for (const part of parts) {
    const comma = { text: ',', lower: ',', kind: 'punctuation', isPossessive: false } as const;
    if (part.some(({ entity }) => entity?.kind === 'email')) {
      people.push([...waiting, ...part]);
      waiting = [];
    } else if (people.length > 0) people.at(-1)?.push(comma, ...part);
    else waiting.push(...part, comma);
  }
  return people.map((rest, index) => ({
    ...order,
    rest: index === 0 ? rest : [{ text: 'user', lower: 'user', kind: 'word', isPossessive: false }, ...rest],
  }));
}

function emailOf(choice: Choice): string | undefined {
  if (choice.kind !== 'calls') return undefined;
  const property = choice.tool.properties.find(isEmailProperty);
  const value = property === undefined ? undefined : choice.argumentSets.at(-1)?.[property.name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * A call waits for the stage before when the request says so, or when an earlier call changes something that it names too:
 * a role can't be given to a user who does not exist yet.
 */
function stagesOf(calls: readonly (PlannedCall & { readonly isSequel: boolean })[]): PlannedCall[][] {
  const stages: PlannedCall[][] = [[]];
  for (const { isSequel, ...call } of calls) {
    const current = stages.at(-1) ?? [];
    const isSame =
      current.some((other) => sameCall(other, call)) || stages.flat().some((other) => sameCall(other, call));
    if (isSame) continue;
    const depends = current.some(
      (other) =>
        (!readActions.has(other.tool.action) || !readActions.has(call.tool.action)) &&
        sharesValue(other.arguments, call.arguments),
    );
    if (current.length > 0 && (isSequel || depends || current.length >= callsPerStage)) stages.push([call]);
    else current.push(call);
  }
  return stages;
}

const sameCall = (a: PlannedCall, b: PlannedCall) =>
  a.tool.wireName === b.tool.wireName && JSON.stringify(a.arguments) === JSON.stringify(b.arguments);

function sharesValue(a: JsonObject, b: JsonObject): boolean {
  const values = new Set(
    Object.values(a).filter((value) => typeof value === 'string' && value.includes('@')),
  );
  return Object.values(b).some((value) => values.has(value));
}

function textOf({ tokens }: Clause): string {
  return tokens
    .map(({ text }) => text)
    .join(' ')
    .replace(/ ([,.;:!?)])/g, '$1')
    .trim()
    .slice(0, 200);
}
