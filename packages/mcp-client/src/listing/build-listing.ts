import { canonicalJson, type ToolDefinition, type ToolListing } from '@hitl/core';
import type { SchemaCompiler, Validate } from '../compile-schema.ts';
import { oneLine, sanitiseText } from '../sanitise-text.ts';
import type { ServerConfig } from '../server-config.ts';
import { wireName } from '../wire-name.ts';
import {
  nameOfRaw,
  previewMetaKey,
  type RawTool,
  rawToolDigest,
  rawToolSchema,
  sanitiseSchema,
} from './raw-tool.ts';

export interface ListedTool {
  readonly definition: ToolDefinition;
  readonly validateInput: Validate;
  /** Absent where the tool has no output schema, or one that can't be compiled. */
  readonly validateOutput?: Validate;
}

export interface ServerListing {
  readonly tools: ReadonlyMap<string, ListedTool>;
  readonly dropped: ToolListing['dropped'];
}

export interface BuildListingOptions {
  readonly config: ServerConfig;
  readonly identity: string;
  readonly compiler: SchemaCompiler;
  /** The listing before, whose unchanged tools need not be compiled again. */
  readonly previous?: ServerListing | undefined;
  readonly warn: (message: string) => void;
}

interface Candidate {
  readonly raw: unknown;
  readonly tool: RawTool;
  readonly digest: string;
}

/** From what one server sent to what may be offered. A tool that can't be used costs itself only, with the reason named. */
export function buildListing(rawTools: readonly unknown[], options: BuildListingOptions): ServerListing {
  const { config, identity } = options;
  const dropped: { server: string; tool: string; reason: string }[] = [];
  const drop = (tool: string, reason: string) => {
    dropped.push({ server: config.alias, tool, reason: oneLine(reason) });
  };
  // What comes by reference from our own process may hold members that are `undefined`, which JSON would have left out.
  const sent = config.kind === 'builtin' ? (JSON.parse(JSON.stringify(rawTools)) as unknown[]) : rawTools;
  const candidates = readCandidates(sent, identity, drop);
  const companions = new Set<string>();
  const tools = new Map<string, ListedTool>();
  const wireNames = new Map<string, string>();
  const known = new Map(
    [...(options.previous?.tools.values() ?? [])].map((tool) => [tool.definition.digest, tool]),
  );

  for (const candidate of candidates.values()) {
    const { name } = candidate.tool;
    let digest = candidate.digest;
    let previewTool: string | undefined;
    // An untrusted server could show voters one thing and do another: its previews are not asked.
    const declared = config.isTrusted ? candidate.tool._meta?.[previewMetaKey] : undefined;
    if (declared !== undefined) {
      const companion = typeof declared === 'string' ? candidates.get(declared) : undefined;
      if (companion?.tool.annotations?.readOnlyHint !== true || companion === candidate) {
        drop(name, 'declares a preview that is not another tool of this server with readOnlyHint');
        continue;
      }
      previewTool = companion.tool.name;
      companions.add(previewTool);
      digest = rawToolDigest(candidate.raw, identity, companion.digest);
    }
    if (candidate.tool.execution?.taskSupport === 'required') {
      drop(name, 'can only run as a task, which is not supported');
      continue;
    }
    try {
      const listed = known.get(digest) ?? compileTool(candidate.tool, digest, previewTool, options);
      const other = wireNames.get(listed.definition.wire_name);
      if (other !== undefined) {
        drop(name, `has the same wire name as ${other}`);
        tools.delete(other);
        drop(other, `has the same wire name as ${name}`);
        continue;
      }
      wireNames.set(listed.definition.wire_name, name);
      tools.set(name, listed);
    } catch (error) {
      drop(
        name,
        `inputSchema can not be compiled: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  for (const name of companions) tools.delete(name);
  return { tools, dropped };
}

function readCandidates(
  rawTools: readonly unknown[],
  identity: string,
  drop: (tool: string, reason: string) => void,
): Map<string, Candidate> {
  const candidates = new Map<string, Candidate>();
  const twice = new Set<string>();
  for (const raw of rawTools) {
    const parsed = rawToolSchema.safeParse(raw);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      drop(nameOfRaw(raw), `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is malformed'}`);
      continue;
    }
    const { name } = parsed.data;
    if (candidates.has(name) || twice.has(name)) {
      // Which of them a call would reach is the server's secret.
      if (candidates.delete(name)) drop(name, 'is listed more than once');
      twice.add(name);
      continue;
    }
    try {
      canonicalJson(raw);
      candidates.set(name, { raw, tool: parsed.data, digest: rawToolDigest(raw, identity) });
    } catch (error) {
      drop(name, error instanceof Error ? error.message : String(error));
    }
  }
  return candidates;
}

function compileTool(
  tool: RawTool,
  digest: string,
  previewTool: string | undefined,
  { config, compiler, warn }: BuildListingOptions,
): ListedTool {
  const validateInput = compiler.compile(tool.inputSchema);
  const output = compileOutput(tool, compiler, (problem) => {
    warn(
      `${config.alias}/${tool.name}: outputs are not checked, its outputSchema can not be compiled: ${problem}`,
    );
  });
  const title = tool.title ?? tool.annotations?.title;
  return {
    definition: {
      server: config.alias,
      tool: tool.name,
      wire_name: wireName(config.alias, tool.name),
      ...(title === undefined ? {} : { title: sanitiseText(title) }),
      description: sanitiseText(tool.description ?? ''),
      input_schema: sanitiseSchema(tool.inputSchema),
      ...(output === undefined ? {} : { output_schema: sanitiseSchema(output.schema) }),
      annotations: {
        ...tool.annotations,
        ...(tool.annotations?.title === undefined ? {} : { title: sanitiseText(tool.annotations.title) }),
      },
      is_trusted: config.isTrusted,
      ...(previewTool === undefined ? {} : { preview_tool: previewTool }),
      digest,
    },
    validateInput,
    ...(output === undefined ? {} : { validateOutput: output.validate }),
  };
}

/** A schema that does not compile must not take the tool away: calls still work, only the check of their output can't. */
function compileOutput(
  tool: RawTool,
  compiler: SchemaCompiler,
  onProblem: (problem: string) => void,
): { schema: RawTool['inputSchema']; validate: Validate } | undefined {
  const { outputSchema } = tool;
  if (outputSchema === undefined || outputSchema === null) return undefined;
  if (typeof outputSchema !== 'object' || Array.isArray(outputSchema)) {
    onProblem('it is not an object');
    return undefined;
  }
  const schema = outputSchema as RawTool['inputSchema'];
  try {
    return { schema, validate: compiler.compile(schema) };
  } catch (error) {
    onProblem(oneLine(error instanceof Error ? error.message : String(error)));
    return undefined;
  }
}
