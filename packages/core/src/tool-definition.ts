import { z } from 'zod';
import type { JsonObject } from './canonical-json.ts';
import { digestOf } from './digest.ts';

/** JSON objects as zod sees them; the canonical form is checked where a digest is taken. */
export const jsonObjectSchema = z.record(z.string(), z.json()) as unknown as z.ZodType<JsonObject>;

/** MCP tool annotations (all are hints of the server). */
export const toolAnnotationsSchema = z.object({
  title: z.string().optional(),
  readOnlyHint: z.boolean().optional(),
  destructiveHint: z.boolean().optional(),
  idempotentHint: z.boolean().optional(),
  openWorldHint: z.boolean().optional(),
});
export type ToolAnnotations = z.infer<typeof toolAnnotationsSchema>;

/**
 * One tool of one server as pinned for a run. `digest` covers name, title, description, schemas, annotations, `_meta` and the
 * server's identity, so that any change of what people approved is seen.
 */
export const toolDefinitionSchema = z.object({
  /** The server's alias in `MCP_SERVERS`. */
  server: z.string().min(1),
  tool: z.string().min(1),
  /** The name given to models: `^[a-zA-Z0-9_-]{1,64}$`, reversible by table only. */
  wire_name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  title: z.string().optional(),
  description: z.string(),
  input_schema: jsonObjectSchema,
  output_schema: jsonObjectSchema.optional(),
  annotations: toolAnnotationsSchema,
  /** True when the operator configured this server's annotations as trustworthy. */
  is_trusted: z.boolean(),
  /** Name of the companion tool on the same server that answers "what would change", if it declares one. */
  preview_tool: z.string().optional(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ToolDefinition = z.infer<typeof toolDefinitionSchema>;

/** `alias/tool`, the name that people, policies and the audit log use. */
export function qualifiedName(call: { readonly server: string; readonly tool: string }): string {
  return `${call.server}/${call.tool}`;
}

/** The parts of a definition that its digest covers, exactly as the server sent them. */
export interface PinnedParts {
  readonly server_identity: string;
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly input_schema: unknown;
  readonly output_schema?: unknown;
  readonly annotations?: unknown;
  readonly meta?: unknown;
}

export function toolDefinitionDigest(parts: PinnedParts): string {
  return digestOf(parts);
}
