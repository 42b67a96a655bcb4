import { z } from 'zod';
import { createSlackCaller, type SlackCallerOptions } from './create-slack-caller.ts';

export interface TokenOwner {
  readonly team_id?: string | undefined;
  /** Set where the token is a whole organisation's. */
  readonly enterprise_id?: string | undefined;
  /** What the token was granted; not there when Slack does not say. */
  readonly scopes?: readonly string[] | undefined;
}

const ownerSchema = z.looseObject({
  team_id: z.string().optional(),
  enterprise_id: z.string().nullish(),
  is_enterprise_install: z.boolean().nullish(),
});

/** Whose token it is and what it may do, in Slack's own words. @throws SlackRefusedError where it is none; UnavailableError */
export async function askTokenOwner(token: string, options: SlackCallerOptions = {}): Promise<TokenOwner> {
  const send = options.fetch ?? fetch;
  let granted: string | null = null;
  const ask = createSlackCaller({
    ...options,
    async fetch(...request) {
      const response = await send(...request);
      granted = response.headers.get('x-oauth-scopes');
      return response;
    },
  });
  const owner = ownerSchema.parse(await ask({ method: 'auth.test', arguments: {}, token }));
  return {
    ...(owner.is_enterprise_install === true && typeof owner.enterprise_id === 'string'
      ? { enterprise_id: owner.enterprise_id }
      : { team_id: owner.team_id }),
    ...(granted === null ? {} : { scopes: scopesOf(granted) }),
  };
}

function scopesOf(list: string): readonly string[] {
  return list
    .split(',')
    .map((scope) => scope.trim())
    .filter(Boolean);
}
