import { type Clock, IntegrityError } from '@hitl/core';
import { z } from 'zod';
import type { SlackCaller } from '../call/create-slack-caller.ts';
import type { OauthClient } from '../install/oauth-client.ts';
import { type SlackAccount, slackIdSchema } from '../jobs.ts';
import { exchangeTimeoutMs } from '../oauth-routes-options.ts';
import { readIdToken } from './read-id-token.ts';

const tokenAnswerSchema = z.object({ access_token: z.string().min(1), id_token: z.string().min(1) });

/** The members that name the account. Whatever else Slack tells of a person, such as an e-mail address, proves nothing here. */
const userInfoSchema = z.object({
  sub: z.string().min(1),
  'https://slack.com/team_id': slackIdSchema,
  'https://slack.com/user_id': slackIdSchema,
});

export interface AskedCode {
  readonly client: OauthClient;
  readonly code: string;
  readonly redirectUri: string;
  /** What this browser was sent to Slack with: a code that was asked for elsewhere brings another one back. */
  readonly nonce: string;
}

/**
 * The account of whoever consented at Slack. The access token is used for this one question and then forgotten.
 * @throws SlackRefusedError, UnavailableError; IntegrityError, which names members but never a value
 */
export async function provenAccount(
  slack: SlackCaller,
  clock: Clock,
  asked: AskedCode,
): Promise<SlackAccount> {
  const { clientId, clientSecret } = asked.client;
  const answer = await slack({
    method: 'openid.connect.token',
    timeoutMs: exchangeTimeoutMs,
    arguments: {
      grant_type: 'authorization_code',
      client_id: clientId,
      client_secret: clientSecret,
      code: asked.code,
      redirect_uri: asked.redirectUri,
    },
  });
  const { access_token: token, id_token: idToken } = parse(tokenAnswerSchema, answer, 'openid.connect.token');
  const { sub } = readIdToken(idToken, { clientId, nonce: asked.nonce, nowMs: clock.now() });
  const info = await slack({
    method: 'openid.connect.userInfo',
    token,
    timeoutMs: exchangeTimeoutMs,
    arguments: {},
  });
  const claims = parse(userInfoSchema, info, 'openid.connect.userInfo');
  // OpenID Connect Core 5.3.2: else the answer is somebody else's.
  if (claims.sub !== sub) throw new IntegrityError('Slack’s two answers are not about the same person');
  return { team_id: claims['https://slack.com/team_id'], user_id: claims['https://slack.com/user_id'] };
}

function parse<T extends z.ZodType>(schema: T, answer: unknown, method: string): z.infer<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const members = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new IntegrityError(`Slack's answer to ${method} is not as documented: ${members}`);
}
