import { z } from 'zod';
import { projectKeySchema } from './project-key.ts';
import { projectTypes, templatesByName } from './project-template.ts';

/** A path segment and a JQL value: nothing but the characters that account ids have. */
export const accountIdSchema = z
  .string()
  .max(128)
  .regex(
    /^[\w:-]+$/,
    'must be an Atlassian account id such as 5b10ac8d82e05b22cc7d4ef5, not a name or an e-mail address',
  );

export const createProjectInputSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(2, 'must have at least 2 characters')
    .max(80, 'must have at most 80 characters')
    .regex(/^[^\p{Cc}]*$/u, 'must be one line')
    .describe('Name of the project, 2 to 80 characters.'),
  key: projectKeySchema
    .optional()
    .describe('Project key such as OPS. Default: derived from the name; the preview shows it.'),
  lead_account_id: accountIdSchema
    .optional()
    .describe('Atlassian account id of the project lead. Default: the account that this server uses.'),
  project_type: z.enum(projectTypes).optional().describe('Default: the type of the template, or software.'),
  template: z
    .string()
    .regex(/^[\w.:-]{1,200}$/, 'must be a template name or key')
    .optional()
    .describe(
      `One of ${Object.keys(templatesByName).join(', ')}, or a full template key. Default: the usual one of the type (software: kanban).`,
    ),
});
export type CreateProjectInput = z.infer<typeof createProjectInputSchema>;

export const createProjectOutputSchema = z.object({
  status: z
    .enum(['created', 'existing'])
    .describe('existing: a project with this name and lead was there already.'),
  id: z.string(),
  key: z.string(),
  name: z.string(),
  lead_account_id: z.string(),
  project_type: z.string(),
  template: z.string().optional(),
  url: z.string().optional(),
});
export type CreateProjectOutput = z.infer<typeof createProjectOutputSchema>;
