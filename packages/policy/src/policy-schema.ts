import { approvalCategorySchema, approvalRequirementSchema, decisionEffects } from '@hitl/core';
import { z } from 'zod';
import { problemsInto } from './add-problem.ts';
import { readListTest } from './list-test.ts';
import { ruleConditionsSchema } from './rule-conditions.ts';
import { toolGlobProblem } from './tool-glob.ts';

/** What an approval asks for. A member left out comes from `default_approval`, and there from the built-in fallback. */
export const approvalBlockSchema = approvalRequirementSchema.partial();
export type ApprovalBlock = z.infer<typeof approvalBlockSchema>;

export const policyRuleSchema = z
  .strictObject({
    /** Unique in the file; decisions, the record and rate counts name it. */
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, {
      error: 'an id is up to 128 letters, digits, ".", "_", ":" or "-", beginning with a letter or digit',
    }),
    effect: z.enum(decisionEffects),
    when: ruleConditionsSchema,
    /** Shown to people as it stands: nothing in it is expanded. */
    reason: z.string().min(1).max(1000).optional(),
    approval: approvalBlockSchema.optional(),
  })
  .superRefine((rule, context) => {
    if (rule.approval !== undefined && rule.effect !== 'approval') {
      problemsInto(context)(
        ['approval'],
        `belongs to rules with effect approval; this one's effect is ${rule.effect}`,
      );
    }
  });
export type PolicyRule = z.infer<typeof policyRuleSchema>;

const categoryEntrySchema = z.strictObject({
  tools: z.unknown().transform((input, context) => {
    const test = readListTest(input, problemsInto(context), toolGlobProblem);
    if (test.is_negated) problemsInto(context)(['not'], 'the category table names tools; it has no "not"');
    return test.values;
  }),
  category: approvalCategorySchema,
});

/** The policy file, closed: what is not named here is an error. */
export const policySchema = z
  .strictObject({
    version: z.literal(1),
    /** When no rule matches. There is no `allow`: a call that nobody thought of never runs unseen. */
    default: z.enum(['approval', 'deny']),
    default_approval: approvalBlockSchema.optional(),
    /** First match wins. */
    categories: z.array(categoryEntrySchema).default([]),
    rules: z.array(policyRuleSchema),
  })
  .superRefine((policy, context) => {
    const first = new Map<string, number>();
    for (const [i, rule] of policy.rules.entries()) {
      const earlier = first.get(rule.id);
      if (earlier === undefined) first.set(rule.id, i);
      else
        problemsInto(context)(
          ['rules', i, 'id'],
          `"${rule.id}" is already the id of rules[${earlier}]; ids are unique`,
        );
    }
  });
export type Policy = z.infer<typeof policySchema>;
