import { previewSchema } from '@hitl/core';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { previewMetaKey } from './meta-keys.ts';
import { defineTool, type McpServerSpec, type ServerTool } from './server-tool.ts';

export interface ExpandedTools {
  /** By name, preview companions included. */
  readonly byName: ReadonlyMap<string, ServerTool>;
  readonly definitions: readonly Tool[];
}

const expanded = new WeakMap<McpServerSpec, ExpandedTools>();

/**
 * Names and JSON Schemas (2020-12) of all tools, made once per spec: an HTTP server builds a new `Server` for every request.
 * Throws on a duplicate name or a schema that is not an object.
 */
export function expandTools(spec: McpServerSpec): ExpandedTools {
  const known = expanded.get(spec);
  if (known !== undefined) return known;
  const byName = new Map<string, ServerTool>();
  const definitions: Tool[] = [];
  const add = (tool: ServerTool, previewName?: string) => {
    if (byName.has(tool.name)) throw new Error(`${spec.name} has two tools named ${tool.name}`);
    byName.set(tool.name, tool);
    definitions.push(toDefinition(tool, previewName));
  };
  for (const tool of spec.tools) {
    const companion = previewCompanion(tool);
    add(tool, companion?.name);
    if (companion !== undefined) add(companion);
  }
  const result: ExpandedTools = { byName, definitions };
  expanded.set(spec, result);
  return result;
}

function previewCompanion(tool: ServerTool): ServerTool | undefined {
  if (tool.preview === undefined) return undefined;
  const preview = tool.preview.bind(tool);
  return defineTool({
    name: `preview_${tool.name}`,
    title: `Preview: ${tool.title}`,
    description: `What ${tool.name} would change with these arguments, read from the target now. Changes nothing.`,
    inputSchema: tool.inputSchema,
    outputSchema: previewSchema,
    annotations: { readOnlyHint: true, idempotentHint: true, destructiveHint: false },
    execute: (input: unknown, context) => preview(input, context),
  });
}

function toDefinition(tool: ServerTool, previewName: string | undefined): Tool {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: toObjectSchema(tool.name, tool.inputSchema, 'input'),
    outputSchema: toObjectSchema(tool.name, tool.outputSchema, 'output'),
    annotations: { title: tool.title, ...definedOnly(tool.annotations) },
    ...(previewName === undefined ? {} : { _meta: { [previewMetaKey]: previewName } }),
  };
}

function toObjectSchema(name: string, schema: z.ZodType, io: 'input' | 'output'): Tool['inputSchema'] {
  const json = z.toJSONSchema(schema, { io });
  // Clients refuse the whole list over one tool whose schema is not an object's: find it at start, here.
  if (json.type !== 'object') throw new Error(`the ${io} schema of ${name} must be an object's`);
  return json as Tool['inputSchema'];
}

function definedOnly(annotations: ServerTool['annotations']): NonNullable<Tool['annotations']> {
  return Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== undefined));
}
