import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

/**
 * JSON Schema 2020-12, which OpenAPI 3.1 takes as it is, without `$defs`: their references would point into the schema, and inside an
 * OpenAPI document they point into the document. "Any JSON" is the empty schema. Answers may gain members later, so they are left open.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const {
    $schema: _dialect,
    $defs = {},
    ...described
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const target: JsonSchema = jsonSchema;
      // The only lazy schema here is zod's own "any JSON".
      if (zodSchema._zod.def.type === 'lazy') for (const key of Object.keys(target)) delete target[key];
      if (io === 'output' && target.additionalProperties === false) delete target.additionalProperties;
    },
  });
  return inline(described, $defs) as JsonSchema;
}

/** Puts each definition where it is referred to. @throws when one refers to itself, which would never end. */
function inline(
  value: unknown,
  definitions: Record<string, unknown>,
  within: readonly string[] = [],
): unknown {
  if (Array.isArray(value)) return value.map((item) => inline(item, definitions, within));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...rest } = value as JsonSchema;
  const members = Object.fromEntries(
    Object.entries(rest).map(([key, member]) => [key, inline(member, definitions, within)]),
  );
  if (typeof $ref !== 'string') return members;
  const name = $ref.replace('#/$defs/', '');
  if (within.includes(name) || definitions[name] === undefined)
    throw new Error(`the schema behind ${$ref} can't be written into the description`);
  return { ...(inline(definitions[name], definitions, [...within, name]) as JsonSchema), ...members };
}
