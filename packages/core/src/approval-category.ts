import { z } from 'zod';

/** What kind of effect a tool call has, mildest first. The order is meaning: raising is allowed, lowering is not. */
export const approvalCategories = ['read', 'write', 'privileged_write', 'destructive'] as const;
export const approvalCategorySchema = z.enum(approvalCategories);
export type ApprovalCategory = z.infer<typeof approvalCategorySchema>;

/** The graver of the two. */
export function graverCategory(a: ApprovalCategory, b: ApprovalCategory | undefined): ApprovalCategory {
  return b !== undefined && approvalCategories.indexOf(b) > approvalCategories.indexOf(a) ? b : a;
}
