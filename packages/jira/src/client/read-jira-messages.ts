import type { FieldError } from '@hitl/core';
import { z } from 'zod';

const errorCollectionSchema = z.object({
  errorMessages: z.array(z.string()).optional().catch(undefined),
  errors: z.record(z.string(), z.unknown()).optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/** Jira's error body as field errors: `errors` by field, then `errorMessages` (and the gateway's `message`) under path ''. */
export function readJiraMessages(body: unknown): FieldError[] {
  const parsed = errorCollectionSchema.safeParse(body);
  if (!parsed.success) return [];
  const { errors = {}, errorMessages = [], message } = parsed.data;
  return [
    ...Object.entries(errors).map(([path, value]) => ({
      path,
      message: typeof value === 'string' ? value : JSON.stringify(value),
    })),
    ...errorMessages.map((text) => ({ path: '', message: text })),
    ...(message === undefined ? [] : [{ path: '', message }]),
  ];
}
