import { randomBytes } from 'node:crypto';
import type { PageSessions } from '@hitl/coordination';
import { approvalPagePaths, systemClock } from '@hitl/core';
import { z } from 'zod';
import { SlackRefusedError } from '../call/slack-refused-error.ts';
import { type SlackAccount, slackLinkOf } from '../jobs.ts';
import { type OauthRoutesOptions, redirectUriOf } from '../oauth-routes-options.ts';
import { createOauthStates } from '../oauth-state.ts';
import { plainPage, redirectTo } from '../plain-page.ts';
import { slackPaths } from '../slack-paths.ts';
import { provenAccount } from './proven-account.ts';

export interface LoginRoutes {
  /** `GET /slack/login?approval=ID`: sends the browser to Slack. */
  start(request: Request): Promise<Response>;
  /** `GET /slack/login/callback`: Slack sends the browser back here, and it goes on to that approval's page. */
  finish(request: Request): Promise<Response>;
}

export interface LoginRoutesOptions extends OauthRoutesOptions {
  readonly sessions: PageSessions;
}

/** Nothing but an id: whoever makes the link can send nobody anywhere else than to an approval's page. */
const approvalIdSchema = z.string().regex(/^[\w-]{1,80}$/);
const keptSchema = z.object({ approval_id: approvalIdSchema, nonce: z.string().min(1) });

/**
 * "Sign in with Slack", OpenID Connect's code flow: a random state, used once and bound to the browser. It proves an account of some
 * workspace, which is nobody until the directory links it: that is looked at where something is shown.
 */
export function createLoginRoutes(options: LoginRoutesOptions): LoginRoutes {
  const { items, sessions, slack, log, clock = systemClock } = options;
  const { authorizeUrl = 'https://slack.com/openid/connect/authorize' } = options;
  const states = createOauthStates(items, 'slack-login');
  const redirectUri = (request: Request) => redirectUriOf(options, slackPaths.loginCallback, request);

  function failed(status: number, text: string, approvalId?: string): Response {
    const startUrl = `${slackPaths.login}?approval=${approvalId}`;
    return plainPage(status, 'Not signed in', text, approvalId === undefined ? {} : { startUrl });
  }

  function notSetUp(): Response {
    const text =
      'Nobody can sign in: this system has no client id and client secret of a Slack app. Whoever runs it finds them under Basic Information, App Credentials.';
    return plainPage(404, 'Not set up', text);
  }

  return {
    async start(request) {
      const client = await options.oauthClient();
      if (client === undefined) return notSetUp();
      const approvals = new URL(request.url).searchParams.getAll('approval');
      const approvalId = approvalIdSchema.safeParse(approvals.length === 1 ? approvals[0] : undefined);
      if (!approvalId.success)
        return failed(400, 'This address names no approval request. Open it from its card.');
      const nonce = randomBytes(32).toString('base64url');
      const { state, cookie } = await states.start({ approval_id: approvalId.data, nonce });
      const target = new URL(authorizeUrl);
      target.search = new URLSearchParams({
        response_type: 'code',
        client_id: client.clientId,
        // Who it is and nothing more: no profile, no e-mail address.
        scope: 'openid',
        redirect_uri: redirectUri(request),
        state,
        nonce,
      }).toString();
      return redirectTo(target.href, [cookie]);
    },

    async finish(request) {
      const client = await options.oauthClient();
      if (client === undefined) return notSetUp();
      const query = new URL(request.url).searchParams;
      const cookieHeader = request.headers.get('cookie');
      const taken = await states.take(query.get('state') ?? '', cookieHeader);
      const kept = keptSchema.safeParse(taken.verdict === 'valid' ? taken.kept : undefined);
      if (!kept.success) {
        log.warn('sign-in refused', { reason: taken.verdict });
        return failed(
          400,
          taken.verdict === 'other-browser'
            ? 'This sign-in was not started in this browser, or cookies are off. Open the approval from its card again.'
            : 'This link was used before or is older than ten minutes. Open the approval from its card again.',
        );
      }
      const { approval_id: approvalId, nonce } = kept.data;
      const code = query.get('code') ?? '';
      if (query.has('error') || code === '') {
        log.info('sign-in not granted', { reason: query.get('error')?.slice(0, 100) });
        return failed(400, 'Slack did not confirm who you are. Nothing was changed.', approvalId);
      }
      let account: SlackAccount;
      try {
        account = await provenAccount(slack, clock, {
          client,
          code,
          redirectUri: redirectUri(request),
          nonce,
        });
      } catch (error) {
        log.error('sign-in failed', { error });
        const why = error instanceof SlackRefusedError ? ` Slack says: ${error.slackError}.` : '';
        return failed(502, `Slack could not be asked who you are.${why}`, approvalId);
      }
      const link = slackLinkOf(account);
      const cookie = await sessions.begin({ link }, cookieHeader);
      log.info('signed in', { link });
      return redirectTo(`${approvalPagePaths.slack}/${approvalId}`, [cookie, states.clearedCookie]);
    },
  };
}
