import {
  type ApprovalRequirement,
  approvalCategorySchema,
  approvalRequirementSchema,
  assuranceSchema,
  type Decision,
  decisionEffects,
  type JsonObject,
  toolAnnotationsSchema,
} from '@hitl/core';
import { z } from 'zod';
import { problemsInto } from './add-problem.ts';
import type { PolicyRequest } from './policy-request.ts';
import { readChecked } from './read-checked.ts';
import type { Position } from './read-document.ts';

const principalShape = z.preprocess(
  (input) => (typeof input === 'string' ? { id: input } : input),
  z.strictObject({
    id: z.string().min(1),
    kind: z.enum(['user', 'service']).default('user'),
    groups: z.array(z.string()).default([]),
    assurance: assuranceSchema.default('authenticated'),
  }),
);

const caseSchema = z
  .strictObject({
    name: z.string().min(1),
    principal: principalShape.optional(),
    /** Short for `principal: { id }`. */
    user: z.string().min(1).optional(),
    /** Added to the principal's. */
    groups: z.array(z.string()).optional(),
    server: z.string().min(1).optional(),
    /** `server/tool`, or the tool alone beside `server`. */
    tool: z.string().min(1),
    arguments: z.record(z.string(), z.json()).default({}),
    environment: z.string().default('dev'),
    /** What the caller declares. */
    category: approvalCategorySchema.optional(),
    annotations: toolAnnotationsSchema.strict().optional(),
    is_trusted: z.boolean().optional(),
    /** ISO time of the decision; the same fixed moment for all cases without one. */
    at: z.iso.datetime({ offset: true }).default('2026-01-07T12:00:00Z'),
    rate_counts: z.record(z.string(), z.int().min(0)).optional(),
    expect: z.enum(decisionEffects),
    /** A rule that must be among those that decide; `default` when none may match. */
    rule: z.string().optional(),
    expect_category: approvalCategorySchema.optional(),
    /** Members that the approval requirement must have exactly so. */
    requirement: approvalRequirementSchema.partial().optional(),
  })
  .superRefine((testCase, context) => {
    const add = problemsInto(context);
    if (testCase.principal !== undefined && testCase.user !== undefined) {
      add(['user'], 'stands beside principal; write one of the two');
    }
    if (testCase.server === undefined && !testCase.tool.includes('/')) {
      add(['tool'], `"${testCase.tool}" names no server; write SERVER/TOOL`);
    }
    if (testCase.requirement !== undefined && testCase.expect !== 'approval') {
      add(['requirement'], 'belongs to cases that expect approval');
    }
  });

const listSchema = z.array(caseSchema).min(1);
const tableSchema = z.strictObject({ version: z.literal(1).default(1), cases: listSchema });

type Table = z.output<typeof listSchema> | z.output<typeof tableSchema>;

export interface PolicyCase {
  readonly name: string;
  readonly position: Position;
  readonly request: PolicyRequest;
  readonly expected: {
    readonly effect: Decision['effect'];
    readonly rule?: string | undefined;
    readonly category?: Decision['category'] | undefined;
    readonly requirement?:
      | Partial<{ [K in keyof ApprovalRequirement]: ApprovalRequirement[K] | undefined }>
      | undefined;
  };
}

/** Reads a table of cases (YAML or JSON; a list, or a mapping with `cases`). @throws PolicyFileError with lines. */
export function parsePolicyTable(text: string, source: string): readonly PolicyCase[] {
  const { value, locate } = readChecked(
    text,
    source,
    (raw): z.ZodType<Table> => (Array.isArray(raw) ? listSchema : tableSchema),
  );
  const [cases, path] = 'cases' in value ? [value.cases, ['cases']] : [value, []];
  return cases.map((item, i): PolicyCase => {
    const slash = item.tool.indexOf('/');
    const principal = item.principal ?? {
      id: item.user ?? 'someone@example.com',
      kind: 'user' as const,
      groups: [],
      assurance: 'authenticated' as const,
    };
    return {
      name: item.name,
      position: locate([...path, i]),
      request: {
        principal: { ...principal, groups: [...principal.groups, ...(item.groups ?? [])] },
        call: {
          server: item.server ?? item.tool.slice(0, slash),
          tool: item.server === undefined ? item.tool.slice(slash + 1) : item.tool,
          arguments: item.arguments as JsonObject,
        },
        environment: item.environment,
        now_ms: Date.parse(item.at),
        ...(item.category === undefined ? {} : { declared_category: item.category }),
        ...(item.annotations === undefined ? {} : { annotations: item.annotations }),
        ...(item.is_trusted === undefined ? {} : { is_trusted: item.is_trusted }),
        ...(item.rate_counts === undefined ? {} : { rate_counts: new Map(Object.entries(item.rate_counts)) }),
      },
      expected: {
        effect: item.expect,
        rule: item.rule,
        category: item.expect_category,
        requirement: item.requirement,
      },
    };
  });
}
