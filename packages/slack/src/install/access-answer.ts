import { IntegrityError } from '@hitl/core';
import { z } from 'zod';
import { slackIdSchema } from '../jobs.ts';
import type { Installation } from './installation.ts';

/** `oauth.v2.access` answers this for a code as for a refresh token. `team` is null for an org-wide installation. */
const accessAnswerSchema = z.object({
  access_token: z.string().min(1),
  token_type: z.literal('bot'),
  scope: z.string(),
  bot_user_id: slackIdSchema.optional(),
  app_id: slackIdSchema.optional(),
  team: z.object({ id: slackIdSchema, name: z.string().optional() }).nullish(),
  enterprise: z.object({ id: slackIdSchema, name: z.string().optional() }).nullish(),
  is_enterprise_install: z.boolean().nullish(),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().int().positive().optional(),
});
export type AccessAnswer = z.infer<typeof accessAnswerSchema>;

/** @throws IntegrityError, naming the members but never a value, which may be a token */
export function parseAccessAnswer(answer: unknown): AccessAnswer {
  const parsed = accessAnswerSchema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const members = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new IntegrityError(`Slack's answer to oauth.v2.access is not as documented: ${members}`);
}

/** The token and, where it rotates, what renews it. `nowMs` is when it was answered. */
export function tokensOf(
  answer: AccessAnswer,
  nowMs: number,
): Pick<Installation, 'bot_token' | 'refresh_token' | 'expires_at'> {
  return {
    bot_token: answer.access_token,
    ...(answer.refresh_token === undefined ? {} : { refresh_token: answer.refresh_token }),
    ...(answer.expires_in === undefined
      ? {}
      : { expires_at: new Date(nowMs + answer.expires_in * 1000).toISOString() }),
  };
}
