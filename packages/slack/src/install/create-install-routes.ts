import { isoNow, systemClock } from '@hitl/core';
import { SlackRefusedError } from '../call/slack-refused-error.ts';
import { botScopes } from '../manifest/app-features.ts';
import { exchangeTimeoutMs, type OauthRoutesOptions, redirectUriOf } from '../oauth-routes-options.ts';
import { createOauthStates } from '../oauth-state.ts';
import { plainPage, redirectTo } from '../plain-page.ts';
import { slackPaths } from '../slack-paths.ts';
import { type AccessAnswer, parseAccessAnswer, tokensOf } from './access-answer.ts';
import type { InstallationStore } from './installation-store.ts';
import type { OauthClient } from './oauth-client.ts';
import { rememberHome } from './slack-home.ts';

export interface InstallRoutes {
  /** `GET /slack/install`: sends the browser to Slack. */
  start(request: Request): Promise<Response>;
  /** `GET /oauth/callback`: Slack sends the browser back here. */
  finish(request: Request): Promise<Response>;
}

export interface InstallRoutesOptions extends OauthRoutesOptions {
  readonly installations: InstallationStore;
}

/** OAuth v2: a random state, used once and bound to the browser; the same `redirect_uri` on both legs. */
export function createInstallRoutes(options: InstallRoutesOptions): InstallRoutes {
  const { items, installations, slack, log, clock = systemClock } = options;
  const { authorizeUrl = 'https://slack.com/oauth/v2/authorize' } = options;
  const states = createOauthStates(items, 'slack-oauth');
  const redirectUri = (request: Request) => redirectUriOf(options, slackPaths.oauthCallback, request);

  async function exchange(client: OauthClient, code: string, redirect_uri: string): Promise<AccessAnswer> {
    const { clientId, clientSecret } = client;
    return parseAccessAnswer(
      await slack({
        method: 'oauth.v2.access',
        timeoutMs: exchangeTimeoutMs,
        arguments: { client_id: clientId, client_secret: clientSecret, code, redirect_uri },
      }),
    );
  }

  async function keep(answer: AccessAnswer): Promise<string | undefined> {
    const isOrgWide = answer.is_enterprise_install === true;
    const id = isOrgWide ? answer.enterprise?.id : answer.team?.id;
    if (id === undefined) return undefined;
    await installations.put(id, {
      ...(answer.team == null ? {} : { team_id: answer.team.id }),
      ...(isOrgWide ? { enterprise_id: id } : {}),
      ...(answer.bot_user_id === undefined ? {} : { bot_user_id: answer.bot_user_id }),
      ...(answer.app_id === undefined ? {} : { app_id: answer.app_id }),
      scopes: answer.scope.split(',').filter((scope) => scope !== ''),
      installed_at: isoNow(clock),
      ...tokensOf(answer, clock.now()),
    });
    // An approval may have to be shown before anybody has said a word there.
    if (answer.team != null)
      await rememberHome(items, { team_id: answer.team.id, ...(isOrgWide ? { enterprise_id: id } : {}) });
    return id;
  }

  function failed(status: number, title: string, text: string): Response {
    return plainPage(status, title, text, {
      startUrl: slackPaths.install,
      cookies: [states.clearedCookie],
    });
  }

  function notSetUp(): Response {
    const text = 'This system has no client id and client secret of a Slack app.';
    return plainPage(404, 'Not set up', text);
  }

  return {
    async start(request) {
      const client = await options.oauthClient();
      if (client === undefined) return notSetUp();
      const { state, cookie } = await states.start();
      const target = new URL(authorizeUrl);
      target.search = new URLSearchParams({
        client_id: client.clientId,
        scope: botScopes.join(','),
        redirect_uri: redirectUri(request),
        state,
      }).toString();
      return redirectTo(target.href, [cookie]);
    },

    async finish(request) {
      const client = await options.oauthClient();
      if (client === undefined) return notSetUp();
      const query = new URL(request.url).searchParams;
      const state = query.get('state');
      const code = query.get('code');
      if (query.has('error')) {
        log.info('installation not granted', { reason: query.get('error')?.slice(0, 100) });
        return failed(400, 'Not installed', 'Slack did not grant the installation. Nothing was changed.');
      }
      if (code === null || code === '')
        return failed(400, 'Not installed', 'Slack sent no code. Start the installation again.');
      // Slack's own admin pages start without us, so that nothing proves whose browser this is: we start anew.
      if (state === null || state === '') return redirectTo(slackPaths.install);
      const { verdict } = await states.take(state, request.headers.get('cookie'));
      if (verdict !== 'valid') {
        log.warn('installation refused', { reason: verdict });
        return failed(
          400,
          'Not installed',
          verdict === 'other-browser'
            ? 'This installation was not started in this browser, or cookies are off.'
            : 'This link was used before or is older than ten minutes.',
        );
      }
      let answer: AccessAnswer;
      try {
        answer = await exchange(client, code, redirectUri(request));
      } catch (error) {
        log.error('code not exchanged', { error });
        const why = error instanceof SlackRefusedError ? `Slack says: ${error.slackError}.` : '';
        return failed(502, 'Not installed', `The code could not be exchanged for a token. ${why}`);
      }
      let id: string | undefined;
      try {
        id = await keep(answer);
      } catch (error) {
        log.error('installation not kept', { error });
        return failed(503, 'Not installed', 'The token could not be kept. Try again in a few minutes.');
      }
      if (id === undefined)
        return failed(502, 'Not installed', 'Slack named neither a workspace nor an organisation.');
      const missing = botScopes.filter((scope) => !answer.scope.split(',').includes(scope));
      if (missing.length > 0) log.warn('installed with fewer scopes than asked for', { id, missing });
      log.info('installed', { id, is_org_wide: answer.is_enterprise_install === true });
      const name = answer.team?.name ?? answer.enterprise?.name ?? id;
      const more = missing.length === 0 ? '' : ` Scopes that are missing: ${missing.join(', ')}.`;
      return plainPage(
        200,
        'Installed',
        `The app is installed in ${name}. Invite it to a channel and mention it.${more}`,
        { cookies: [states.clearedCookie] },
      );
    },
  };
}
