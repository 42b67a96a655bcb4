import { randomBytes } from 'node:crypto';
import type { Clock } from '@hitl/core';
import type { EmulatedWorkspace } from './emulated-workspace.ts';
import { refuse, type SlackAnswer, type SlackArguments, textOf } from './slack-call.ts';
import { type Consent, clientRefusal, type SlackAppSeed } from './slack-oauth.ts';
import { mintToken } from './slack-tokens.ts';

interface SignedIn {
  readonly team_id: string;
  readonly user: string;
}

interface PendingSignIn extends SignedIn {
  readonly redirectUri: string;
  readonly nonce: string | undefined;
  readonly at_ms: number;
}

/** "Sign in with Slack": OpenID Connect beside the installation, with codes and tokens of its own. */
export interface SlackOpenId {
  /** The consent page, answered at once. What Slack shows a page for, it sends nobody back with. */
  authorize(query: URLSearchParams): { readonly location: string } | { readonly page: string };
  token(args: SlackArguments, authorization: string | undefined): SlackAnswer;
  userInfo(token: string | undefined): SlackAnswer;
  spoilNextIdToken(claims: Readonly<Record<string, unknown>>): void;
}

const codeLifeMs = 600_000;
const idTokenLifeSeconds = 300;
const openIdScopes: readonly string[] = ['openid', 'profile', 'email'];

export function createSlackOpenId(options: {
  readonly clock: Clock;
  readonly app: SlackAppSeed;
  readonly workspaces: readonly EmulatedWorkspace[];
  readonly takeConsent: () => Consent;
}): SlackOpenId {
  const { clock, app, workspaces, takeConsent } = options;
  const codes = new Map<string, PendingSignIn>();
  const tokens = new Map<string, SignedIn>();
  let spoilt: Readonly<Record<string, unknown>> = {};

  const claimsOf = ({ team_id, user }: SignedIn) => ({
    sub: user,
    'https://slack.com/team_id': team_id,
    'https://slack.com/user_id': user,
  });

  function idTokenOf(signedIn: PendingSignIn): string {
    const issuedAt = Math.floor(clock.now() / 1000);
    const claims = {
      iss: 'https://slack.com',
      ...claimsOf(signedIn),
      aud: app.client_id,
      exp: issuedAt + idTokenLifeSeconds,
      iat: issuedAt,
      auth_time: issuedAt,
      ...(signedIn.nonce === undefined ? {} : { nonce: signedIn.nonce }),
      ...spoilt,
    };
    spoilt = {};
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    // The front has no keys that anybody could ask for, so the signature is none.
    return [part({ alg: 'RS256', typ: 'JWT' }), part(claims), randomBytes(256).toString('base64url')].join(
      '.',
    );
  }

  return {
    spoilNextIdToken(claims) {
      spoilt = claims;
    },
    authorize(query) {
      if (query.get('client_id') !== app.client_id) return { page: 'Invalid client_id parameter' };
      if (query.get('response_type') !== 'code') return { page: 'invalid response_type' };
      const scopes = (query.get('scope') ?? '').split(/[ ,]/);
      if (!scopes.includes('openid') || scopes.some((scope) => !openIdScopes.includes(scope)))
        return { page: 'invalid_scope' };
      const redirectUri = query.get('redirect_uri') ?? '';
      if (app.redirect_urls !== undefined && !app.redirect_urls.includes(redirectUri))
        return { page: 'redirect_uri did not match any configured URIs' };
      const location = new URL(redirectUri);
      const state = query.get('state');
      if (state !== null) location.searchParams.set('state', state);
      const consent = takeConsent();
      if (consent.answer === 'deny') {
        location.searchParams.set('error', 'access_denied');
        return { location: location.href };
      }
      const wanted = consent.team_id ?? query.get('team') ?? workspaces[0]?.team_id;
      const workspace = workspaces.find(({ team_id }) => team_id === wanted);
      if (workspace === undefined) return { page: `there is no workspace ${wanted}` };
      const user = consent.user ?? workspace.users.admin ?? '';
      if (!Object.values(workspace.users).includes(user)) return { page: `nobody there is ${user}` };
      const code = randomBytes(16).toString('hex');
      codes.set(code, {
        team_id: workspace.team_id,
        user,
        redirectUri,
        nonce: query.get('nonce') ?? undefined,
        at_ms: clock.now(),
      });
      location.searchParams.set('code', code);
      return { location: location.href };
    },
    token(args, authorization) {
      const refusal = clientRefusal(app, args, authorization);
      if (refusal !== undefined) return refusal;
      if (args.grant_type !== undefined && args.grant_type !== 'authorization_code')
        return refuse('invalid_grant_type');
      const code = textOf(args, 'code');
      const pending = codes.get(code);
      // Used up even by who gets the rest of it wrong.
      codes.delete(code);
      if (pending === undefined || clock.now() - pending.at_ms > codeLifeMs) return refuse('invalid_code');
      if (textOf(args, 'redirect_uri') !== pending.redirectUri) return refuse('bad_redirect_uri');
      const token = mintToken('p');
      tokens.set(token, { team_id: pending.team_id, user: pending.user });
      return { ok: true, access_token: token, token_type: 'Bearer', id_token: idTokenOf(pending) };
    },
    userInfo(token) {
      if (token === undefined || token === '') return refuse('not_authed');
      const signedIn = tokens.get(token);
      return signedIn === undefined ? refuse('invalid_auth') : { ok: true, ...claimsOf(signedIn) };
    },
  };
}
