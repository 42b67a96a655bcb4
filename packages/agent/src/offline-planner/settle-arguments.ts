import { validateArguments } from '../validate-arguments.ts';
import { asObject, type DescribedTool } from './describe-tool.ts';
import type { Filling, Values } from './filling.ts';

/** Turns values into argument sets and says what is missing or wrong. */
export function settleArguments(tool: DescribedTool, values: Values, problems: string[]): Filling {
  const several = [...values].filter(([, list]) => list.length > 1);
  const [first] = several;
  const given = describedAlternatives(tool).filter((name) => values.has(name));
  if (given.length > 1) problems.push(`Give either ${given.join(' or ')}, not both.`);
  if (several.length > 1)
    problems.push(`I can't tell which ${several.map(([name]) => name).join(' and ')} belong together.`);
  const count = first?.[1].length ?? 1;
  const argumentSets = Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      [...values].map(([name, list]) => [name, (list.length > 1 ? list[index] : list[0]) ?? null]),
    ),
  );
  const missing = tool.properties
    .filter(({ name, isRequired }) => isRequired && !values.has(name))
    .map(({ name }) => name);
  missing.push(...missingAlternative(tool, values));
  if (missing.length === 0) {
    for (const args of argumentSets)
      problems.push(...validateArguments(tool.schema, args).map((problem) => `${problem}.`));
  } else {
    for (const property of tool.properties) {
      const [value] = values.get(property.name) ?? [];
      if (value !== undefined)
        problems.push(
          ...validateArguments(property.schema, value).map((text) => `${property.name}: ${text}.`),
        );
    }
  }
  return { argumentSets, missing, problems: [...new Set(problems)] };
}

/**
 * Optional arguments of which a description says "either this or NAME": schemas often can't say it. Read to ask more, never
 * to call more.
 */
function describedAlternatives(tool: DescribedTool): string[] {
  return tool.properties
    .filter(({ schema, isRequired }) => {
      const [, other] = /\beither this or `?(\w+)/i.exec(String(schema.description ?? '')) ?? [];
      return !isRequired && tool.properties.some(({ name }) => name === other);
    })
    .map(({ name }) => name);
}

/** "one of these": named as one missing argument, so that one answer is enough. */
function missingAlternative(tool: DescribedTool, values: Values): string[] {
  const described = describedAlternatives(tool);
  if (described.length > 0 && !described.some((name) => values.has(name))) return [described.join(' or ')];
  const groups = [tool.schema.oneOf, tool.schema.anyOf].filter(Array.isArray);
  return groups.flatMap((group) => {
    const needs = group.map((part) => {
      const { required } = asObject(part);
      return Array.isArray(required) ? required.map(String) : [];
    });
    if (needs.some((names) => names.length === 0 || names.every((name) => values.has(name)))) return [];
    return [needs.map((names) => names.join(' and ')).join(' or ')];
  });
}
