import { type JsonObject, jsonObjectSchema, toolAnnotationsSchema, toolDefinitionDigest } from '@hitl/core';
import { z } from 'zod';
import { sanitiseText } from '../sanitise-text.ts';

/** A companion tool that answers what a call would change: `_meta["hitl-mcp/preview"] = "<its name>"`. */
export const previewMetaKey = 'hitl-mcp/preview';

export const rawToolSchema = z.looseObject({
  name: z
    .string()
    .min(1)
    .max(256)
    .refine((name) => sanitiseText(name) === name && !/[\n\t]/.test(name), 'holds invisible characters'),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: jsonObjectSchema.refine((schema) => schema.type === 'object', 'must have type "object"'),
  // Checked on its own: a bad one costs the check of the output, not the tool.
  outputSchema: z.unknown().optional(),
  annotations: toolAnnotationsSchema.optional(),
  execution: z.looseObject({ taskSupport: z.unknown() }).optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});
export type RawTool = z.infer<typeof rawToolSchema>;

/** The name if it can be read at all, for reports about tools that can't be used. */
export function nameOfRaw(raw: unknown): string {
  if (typeof raw !== 'object' || raw === null || !('name' in raw) || typeof raw.name !== 'string') {
    return '(no name)';
  }
  return sanitiseText(raw.name).slice(0, 256) || '(no name)';
}

/**
 * Covers everything that the server sent about the tool, unsanitised and with unknown members, the server's identity, and
 * the companion's own digest: an unseen change of any of it is a change of what people accepted.
 */
export function rawToolDigest(raw: unknown, serverIdentity: string, companionDigest?: string): string {
  const { name, title, description, inputSchema, outputSchema, annotations, ...rest } = raw as Record<
    string,
    unknown
  >;
  return toolDefinitionDigest({
    server_identity: serverIdentity,
    name: name as string,
    title: title as string | undefined,
    description: description as string | undefined,
    input_schema: inputSchema,
    output_schema: outputSchema,
    annotations,
    meta: companionDigest === undefined ? rest : { ...rest, 'hitl-mcp/preview-digest': companionDigest },
  });
}

/** Where a schema holds data instead of schemas: left as it is. */
const dataKeywords = new Set(['enum', 'const', 'default', 'examples']);

/** The schema as models see it: its prose without invisible characters. */
export function sanitiseSchema(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if ((key === 'description' || key === 'title') && typeof value === 'string') {
        return [key, sanitiseText(value)];
      }
      if (dataKeywords.has(key)) return [key, value];
      return [key, sanitiseMember(value)];
    }),
  );
}

function sanitiseMember(value: JsonObject[string]): JsonObject[string] {
  if (Array.isArray(value)) return value.map(sanitiseMember);
  return typeof value === 'object' && value !== null ? sanitiseSchema(value) : value;
}
