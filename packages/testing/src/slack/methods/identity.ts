import type { SlackMethod } from '../front-context.ts';

export const testAuth: SlackMethod = (_front, { token, workspace }) => ({
  ok: true,
  url: `https://${workspace.domain}.slack.com/`,
  team: workspace.name,
  team_id: workspace.team_id,
  user: 'hitl',
  user_id: workspace.bot.user_id,
  bot_id: workspace.bot.bot_id,
  app_id: workspace.bot.app_id,
  is_enterprise_install: token.team_id === null,
  ...(token.enterprise_id === null ? {} : { enterprise_id: token.enterprise_id }),
});

export const revokeAuth: SlackMethod = (front, { token, args }) => {
  if (args.test === true || args.test === 'true') return { ok: true, revoked: false };
  return { ok: true, revoked: front.tokens.revoke(token.token) };
};

/** Everything of this installation is gone; `app_uninstalled` and `tokens_revoked` are the driver's to send. */
export const uninstallApp: SlackMethod = (front, { token }) => {
  front.tokens.revokeAll(
    (other) => other.team_id === token.team_id && other.enterprise_id === token.enterprise_id,
  );
  return { ok: true };
};
