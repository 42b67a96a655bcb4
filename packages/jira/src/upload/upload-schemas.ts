import { z } from 'zod';
import { accountIdSchema } from '../project/create-project-schemas.ts';
import { projectKeySchema } from '../project/project-key.ts';
import { rowLabelPattern } from './row-label.ts';

/** Jira's own limits, found out before anything is sent. */
export const maxRows = 500;
const maxSummaryLength = 255;
const maxDescriptionLength = 32_767;

const labelSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\s\p{Cc}]+$/u, "must not contain spaces: Jira's labels are single words")
  .refine(
    (label) => !rowLabelPattern.test(label),
    'must not look like the labels (upl-…) that mark uploaded rows',
  );

export const issueRowSchema = z.strictObject({
  summary: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxSummaryLength, `must have at most ${maxSummaryLength} characters`)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'must be one line, without control characters'),
  description: z
    .string()
    .max(maxDescriptionLength, `must have at most ${maxDescriptionLength} characters`)
    .optional()
    .describe(
      'Plain text, or Markdown with paragraphs, # headings, lists, code and http(s) or mailto links.',
    ),
  issue_type: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .optional()
    .describe(
      'Name of an issue type of the project, such as Task, Bug or Epic. Default: Task, or a sub-task below one.',
    ),
  parent: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'The external_id of another row of this upload, or the key of an existing issue such as OPS-12.',
    ),
  labels: z.array(labelSchema).max(20).optional(),
  priority: z.string().trim().min(1).max(60).optional().describe('Name of a priority, such as High.'),
  assignee_account_id: accountIdSchema.optional(),
  due_date: z.iso.date('must be a date such as 2026-12-31').optional(),
  external_id: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe(
      "The caller's own name for this row, unique in the upload; other rows name it as parent. Not stored in Jira.",
    ),
});
export type IssueRow = z.infer<typeof issueRowSchema>;

export const uploadInputSchema = z.strictObject({
  project_key: projectKeySchema.describe('Key of the project that gets the issues.'),
  issues: z
    .array(issueRowSchema)
    .min(1, 'must hold at least one issue')
    .max(maxRows, `must hold at most ${maxRows} issues`),
  batch: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Rows are recognised by their content, so that repeating an upload creates nothing twice. Give another batch name to create the same rows once more on purpose.',
    ),
});
export type UploadInput = z.infer<typeof uploadInputSchema>;

export const rowStatuses = ['created', 'existing', 'failed', 'unknown'] as const;

export const uploadOutputSchema = z.object({
  project_key: z.string(),
  counts: z.object({ created: z.int(), existing: z.int(), failed: z.int(), unknown: z.int() }),
  rows: z
    .array(
      z.object({
        row: z.int().min(0).describe('Index in `issues`, from 0.'),
        external_id: z.string().optional(),
        status: z
          .enum(rowStatuses)
          .describe(
            'existing: an earlier upload of the same row made it. unknown: it may or may not exist; repeating the upload finds out.',
          ),
        key: z.string().optional(),
        id: z.string().optional(),
        url: z.string().optional(),
        errors: z.array(z.object({ field: z.string().optional(), message: z.string() })).optional(),
      }),
    )
    .describe('One per issue of the call, in its order.'),
  rate_limit_reason: z.string().optional(),
  retry_after_seconds: z
    .number()
    .optional()
    .describe('Jira asked to wait this long; repeating the call then goes on.'),
});
export type UploadOutput = z.infer<typeof uploadOutputSchema>;
export type RowResult = UploadOutput['rows'][number];
export type RowOutcome = Pick<RowResult, 'status' | 'key' | 'id' | 'errors'>;
