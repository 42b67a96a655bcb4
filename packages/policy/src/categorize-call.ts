import { type ApprovalCategory, approvalCategories, graverCategory, InvalidInputError } from '@hitl/core';
import type { PolicyRequest } from './policy-request.ts';
import type { Policy } from './policy-schema.ts';
import { compileToolGlob } from './tool-glob.ts';

/** The category that a policy's own table gives a tool, first match first; `undefined` when the table has no entry. */
export type CategoryTable = (server: string, tool: string) => ApprovalCategory | undefined;

export function createCategoryTable(categories: Policy['categories']): CategoryTable {
  const entries = categories.map((entry) => ({
    category: entry.category,
    globs: entry.tools.map(compileToolGlob),
  }));
  return (server, tool) => entries.find(({ globs }) => globs.some((glob) => glob(server, tool)))?.category;
}

/** How a call came to its category, step by step. */
export interface CategoryExplanation {
  readonly category: ApprovalCategory;
  readonly because: readonly string[];
}

/**
 * The table's category; where it has none, `read` for a tool that a trusted server calls read-only, else
 * `privileged_write`. Annotations and the caller's own word then raise it, never lower it: `destructiveHint: true` to
 * `destructive`, `readOnlyHint: false` to at least `write`.
 */
export function categorizeCall(
  fromTable: ApprovalCategory | undefined,
  request: PolicyRequest,
): ApprovalCategory {
  const { annotations, declared_category: declared } = request;
  let category =
    fromTable ??
    (request.is_trusted === true && annotations?.readOnlyHint === true ? 'read' : 'privileged_write');
  if (annotations !== undefined) {
    if (annotations.readOnlyHint === false) category = graverCategory(category, 'write');
    if (annotations.destructiveHint === true) category = 'destructive';
  }
  if (declared === undefined) return category;
  if (!approvalCategories.includes(declared)) {
    throw new InvalidInputError(
      `unknown category "${String(declared)}"; known: ${approvalCategories.join(', ')}`,
    );
  }
  return graverCategory(category, declared);
}

export function explainCategory(
  fromTable: ApprovalCategory | undefined,
  request: PolicyRequest,
): CategoryExplanation {
  const { annotations, declared_category: declared } = request;
  const because: string[] = [];
  if (fromTable !== undefined) because.push(`the policy's category table says ${fromTable}`);
  else if (request.is_trusted === true && annotations?.readOnlyHint === true)
    because.push('the table has no entry, and the trusted server says that the tool only reads');
  else because.push('the table has no entry, so it counts as privileged_write');
  const category = categorizeCall(fromTable, request);
  if (annotations?.destructiveHint === true) because.push('the server says that the tool may destroy');
  else if (annotations?.readOnlyHint === false)
    because.push('the server says that the tool changes something');
  if (declared !== undefined) {
    because.push(
      `the caller declared ${declared}, which ${declared === category ? 'counts' : 'would lower it and does not count'}`,
    );
  }
  return { category, because };
}
