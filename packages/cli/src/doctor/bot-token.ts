import type { TokenOwner } from '@hitl/slack';
import { reportError } from '../report-error.ts';
import type { AskTokenOwner, Diagnosis } from './diagnosis.ts';

type Fault = Pick<Diagnosis, 'detail' | 'remedy'>;

/** What is wrong with a token that somebody copied to `where`, by its looks. */
export function copiedTokenFault(token: string, where: string, renewed: string): Fault | undefined {
  if (token.startsWith('xoxe.'))
    return {
      detail: `${where} is a rotating token (those begin with xoxe.): it ends after 12 hours, and nothing renews it here`,
      remedy: renewed,
    };
  if (!token.startsWith('xoxb-'))
    return {
      detail: `${where} is no bot token (those begin with xoxb-)`,
      remedy: "copy the Bot User OAuth Token, not a user's or an app-level one",
    };
  return undefined;
}

/** What Slack says of the token. `expected` is the workspace or organisation that it should be of. */
export async function askAboutToken(
  ask: AskTokenOwner,
  token: string,
  expected?: string,
): Promise<{ readonly owner: TokenOwner } | { readonly fault: Fault }> {
  let owner: TokenOwner;
  try {
    owner = await ask(token);
  } catch (error) {
    const { code, detail } = reportError(error);
    return {
      fault: {
        detail,
        ...(code === 'slack_refused' ? { remedy: 'install the app again, for a token that is valid' } : {}),
      },
    };
  }
  const id = owner.enterprise_id ?? owner.team_id;
  if (expected !== undefined && id !== expected)
    return {
      fault: { detail: `the token is of ${id ?? 'no workspace'}`, remedy: 'install the app again' },
    };
  return { owner };
}

export function scopesFault(missing: readonly string[]): Fault | undefined {
  if (missing.length === 0) return undefined;
  return {
    detail: `scopes are missing: ${missing.join(', ')}`,
    remedy: "update the app's manifest (npm run slack-manifest -- URL), then install it again",
  };
}
