import { randomBytes } from 'node:crypto';
import type { Clock } from '@hitl/core';
import type { EmulatedWorkspace } from './emulated-workspace.ts';
import { refuse, type SlackAnswer, type SlackArguments, textOf } from './slack-call.ts';
import {
  type SlackInstallation,
  type SlackToken,
  type SlackTokens,
  tokenLifeSeconds,
} from './slack-tokens.ts';

export interface SlackAppSeed {
  readonly client_id: string;
  readonly client_secret: string;
  /** Tokens live 12 hours and come with refresh tokens. */
  readonly rotation?: boolean;
  /** Where a browser may be sent back to after a sign-in. Default: anywhere. */
  readonly redirect_urls?: readonly string[];
}

/** What the person at Slack's consent page does with the next request. */
export type Consent =
  | {
      readonly answer: 'allow';
      readonly team_id?: string;
      readonly wholeOrganisation?: boolean;
      /** Id of who consents. Default: the workspace's `admin`. */
      readonly user?: string;
    }
  | { readonly answer: 'deny' };

interface PendingCode {
  readonly installation: SlackInstallation;
  readonly redirectUri: string;
  readonly at_ms: number;
  readonly user: string;
}

export interface SlackOAuth {
  consentNext(consent: Consent): void;
  /** What the person does who is at a consent page now. */
  takeConsent(): Consent;
  /** The consent page, answered at once: where the browser is sent. A wrong client id is a page, not a redirect. */
  authorize(query: URLSearchParams): { readonly location: string } | { readonly page: string };
  access(args: SlackArguments, authorization: string | undefined): SlackAnswer;
  /** Trades a token that never ends for a rotating pair. */
  exchange(args: SlackArguments): SlackAnswer;
}

const codeLifeMs = 600_000;

export function createSlackOAuth(options: {
  readonly clock: Clock;
  readonly app: SlackAppSeed;
  readonly workspaces: readonly EmulatedWorkspace[];
  readonly tokens: SlackTokens;
}): SlackOAuth {
  const { clock, app, workspaces, tokens } = options;
  const codes = new Map<string, PendingCode>();
  const consents: Consent[] = [];
  const takeConsent = (): Consent => consents.shift() ?? { answer: 'allow' };

  const answerOf = (issued: SlackToken, user: string): SlackAnswer => {
    const workspace = workspaces.find(({ team_id }) => team_id === issued.team_id) ?? workspaces[0];
    return {
      ok: true,
      app_id: workspace?.bot.app_id,
      access_token: issued.token,
      token_type: 'bot',
      scope: issued.scopes.join(','),
      bot_user_id: workspace?.bot.user_id,
      authed_user: { id: user },
      team: issued.team_id === null ? null : { id: issued.team_id, name: workspace?.name },
      enterprise:
        issued.enterprise_id === null ? null : { id: issued.enterprise_id, name: issued.enterprise_id },
      is_enterprise_install: issued.team_id === null,
      ...(issued.refresh_token === undefined
        ? {}
        : { refresh_token: issued.refresh_token, expires_in: tokenLifeSeconds }),
    };
  };

  return {
    consentNext: (consent) => void consents.push(consent),
    takeConsent,
    authorize(query) {
      if (query.get('client_id') !== app.client_id) return { page: 'Invalid client_id parameter' };
      const redirectUri = query.get('redirect_uri') ?? '';
      const location = new URL(redirectUri);
      if (query.get('state') !== null) location.searchParams.set('state', query.get('state') ?? '');
      const consent = takeConsent();
      if (consent.answer === 'deny') {
        location.searchParams.set('error', 'access_denied');
        return { location: location.href };
      }
      const wanted = consent.team_id ?? query.get('team') ?? workspaces[0]?.team_id;
      const workspace = workspaces.find(({ team_id }) => team_id === wanted);
      if (workspace === undefined) return { page: `there is no workspace ${wanted}` };
      const code = randomBytes(16).toString('hex');
      codes.set(code, {
        installation: {
          team_id: consent.wholeOrganisation === true ? null : workspace.team_id,
          enterprise_id: workspace.enterprise_id ?? null,
          scopes: (query.get('scope') ?? '').split(',').filter(Boolean),
        },
        redirectUri,
        at_ms: clock.now(),
        user: consent.user ?? workspace.users.admin ?? '',
      });
      location.searchParams.set('code', code);
      return { location: location.href };
    },
    access(args, authorization) {
      const refusal = clientRefusal(app, args, authorization);
      if (refusal !== undefined) return refusal;
      if (args.grant_type === 'refresh_token') {
        const issued = tokens.refresh(textOf(args, 'refresh_token'));
        return typeof issued === 'string' ? refuse(issued) : answerOf(issued, '');
      }
      const pending = codes.get(textOf(args, 'code'));
      if (pending === undefined) return refuse('invalid_code');
      codes.delete(textOf(args, 'code'));
      if (clock.now() - pending.at_ms > codeLifeMs) return refuse('invalid_code');
      // Where the first leg named one, the second must name the same.
      if (textOf(args, 'redirect_uri') !== pending.redirectUri) return refuse('bad_redirect_uri');
      return answerOf(tokens.issue(pending.installation, app.rotation === true), pending.user);
    },
    exchange(args) {
      const refusal = clientRefusal(app, args, undefined);
      if (refusal !== undefined) return refusal;
      const old = tokens.check(textOf(args, 'token'));
      if (typeof old === 'string') return refuse(old);
      tokens.revoke(old.token);
      return answerOf(tokens.issue(old, true), '');
    },
  };
}

/** The client's id and secret in an `Authorization: Basic` header. */
/** What Slack says to who is not the app: by HTTP Basic or by members of the form. */
export function clientRefusal(
  app: SlackAppSeed,
  args: SlackArguments,
  authorization: string | undefined,
): SlackAnswer | undefined {
  const [id, secret] = basicOf(authorization) ?? [textOf(args, 'client_id'), textOf(args, 'client_secret')];
  if (id !== app.client_id) return refuse('invalid_client_id');
  return secret === app.client_secret ? undefined : refuse('bad_client_secret');
}

function basicOf(authorization: string | undefined): [string, string] | undefined {
  if (authorization?.startsWith('Basic ') !== true) return undefined;
  const [id = '', secret = ''] = Buffer.from(authorization.slice(6), 'base64').toString('utf8').split(':');
  return [id, secret];
}
