import type { Clock } from '@hitl/core';
import type { EmulatedWorkspace } from './emulated-workspace.ts';
import type { FrontContext } from './front-context.ts';
import type { RateGate } from './rate-gate.ts';
import { parseSlackArguments, refuse, type SlackAnswer, type SlackArguments, textOf } from './slack-call.ts';
import { slackMethods } from './slack-methods.ts';
import type { SlackOAuth } from './slack-oauth.ts';
import type { SlackOpenId } from './slack-openid.ts';
import { slackScopes } from './slack-scopes.ts';
import type { SlackToken } from './slack-tokens.ts';

export interface SlackReply {
  readonly status: number;
  readonly body: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RecordedCall {
  readonly method: string;
  readonly team_id: string;
  /** Without the token. */
  readonly args: SlackArguments;
  readonly at_ms: number;
  readonly ok: boolean;
  readonly error?: string;
}

interface SlackRequest {
  readonly method: string;
  readonly contentType: string;
  readonly body: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
}

interface Front {
  readonly context: FrontContext;
  readonly gate: RateGate;
  readonly oauth: SlackOAuth;
  readonly openId: SlackOpenId;
  readonly calls: RecordedCall[];
  readonly clock: Clock;
}

/** One Web API call: the token first, then its scopes, then the rate, then the method itself. */
export async function handleSlackCall(front: Front, request: SlackRequest): Promise<SlackReply> {
  const { method, authorization } = request;
  const parsed = parseSlackArguments(request.contentType, request.body);
  const { token: bodyToken, ...rest } = { ...Object.fromEntries(request.query), ...parsed };
  const args: SlackArguments = rest;
  const record = (teamId: string, answer: SlackAnswer): SlackReply => {
    const { client_secret: _secret, refresh_token: _refresh, ...shown } = args;
    front.calls.push({
      method,
      team_id: teamId,
      args: shown,
      at_ms: front.clock.now(),
      ok: answer.ok,
      ...(answer.error === undefined ? {} : { error: answer.error }),
    });
    return { status: 200, body: answer };
  };
  const limited = (teamId: string): SlackReply | undefined => {
    const channel = textOf(args, 'channel') || undefined;
    const retryAfter = front.gate.admit(method, teamId, channel);
    if (retryAfter === undefined) return undefined;
    const refused = record(teamId, refuse('ratelimited'));
    return { ...refused, status: 429, headers: { 'retry-after': String(retryAfter) } };
  };
  if (parsed === undefined) return record('', refuse('invalid_json'));

  if (method === 'oauth.v2.access' || method === 'oauth.v2.exchange') {
    const withToken = { ...args, ...(bodyToken === undefined ? {} : { token: bodyToken }) };
    const run = method === 'oauth.v2.access' ? front.oauth.access : front.oauth.exchange;
    return limited(textOf(args, 'client_id')) ?? record('', run(withToken, authorization));
  }
  if (method === 'openid.connect.token')
    return limited(textOf(args, 'client_id')) ?? record('', front.openId.token(args, authorization));
  const bearer = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  if (method === 'openid.connect.userInfo') {
    const info = front.openId.userInfo(bearer ?? (typeof bodyToken === 'string' ? bodyToken : undefined));
    return limited('') ?? record('', info);
  }
  const token = front.context.tokens.check(bearer ?? (typeof bodyToken === 'string' ? bodyToken : undefined));
  if (typeof token === 'string') return record('', refuse(token));
  const workspace = await findWorkspace(front.context, token, args);
  if (workspace === undefined) return record('', refuse('team_access_not_granted'));
  const needed = slackScopes[method];
  if (needed !== undefined && !needed.some((scope) => token.scopes.includes(scope)))
    return record(
      workspace.team_id,
      refuse('missing_scope', { needed: needed.join(','), provided: token.scopes.join(',') }),
    );
  const tooFast = limited(workspace.team_id);
  if (tooFast !== undefined) return tooFast;
  const run = slackMethods[method];
  const answer =
    run === undefined
      ? await workspace.call(method, args)
      : await run(front.context, { args, token, workspace });
  return {
    ...record(workspace.team_id, answer),
    headers: { 'x-oauth-scopes': token.scopes.join(',') },
  };
}

/** A workspace's token acts there; an organisation's where `team_id` says, else where the channel is, else in its first one. */
async function findWorkspace(
  front: FrontContext,
  token: SlackToken,
  args: SlackArguments,
): Promise<EmulatedWorkspace | undefined> {
  if (token.team_id !== null) return front.workspaces.find(({ team_id }) => team_id === token.team_id);
  const granted = front.workspaces.filter(({ enterprise_id }) => enterprise_id === token.enterprise_id);
  const teamId = textOf(args, 'team_id');
  if (teamId !== '') return granted.find(({ team_id }) => team_id === teamId);
  const channel = textOf(args, 'channel') || textOf(args, 'channel_id');
  if (channel !== '') for (const home of granted) if (await home.hasChannel(channel)) return home;
  return granted[0];
}
