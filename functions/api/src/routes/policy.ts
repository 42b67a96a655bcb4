import { evaluatePolicy } from '@hitl/application';
import { approvalCategorySchema, decisionSchema, jsonObjectSchema } from '@hitl/core';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';
import { userIdSchema } from '../user-id.ts';

export const policyRoutes: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/policy/evaluate',
    operationId: 'evaluatePolicy',
    summary: 'What the policy in force would decide, and why; executes and records nothing',
    body: z.strictObject({
      user_id: userIdSchema.optional(),
      server: z.string().min(1).max(64),
      tool: z.string().min(1).max(256),
      arguments: jsonObjectSchema.default({}),
      category: approvalCategorySchema.optional(),
      environment: z.string().min(1).max(64).optional(),
    }),
    response: z.object({ decision: decisionSchema, explanation: z.json() }),
    status: 200,
    errors: [],
    async handle(deps, { body, caller }) {
      return { status: 200, body: await evaluatePolicy(deps, await caller(body.user_id), body) };
    },
  }),
];
