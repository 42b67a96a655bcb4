import type { InstallationRef } from '../install/installation.ts';
import type { EventCallback } from './event-envelope.ts';

/**
 * In a shared channel the outer `team_id` may be the other side's workspace: what the app is authorized for counts first, then
 * the workspace that Slack names as context.
 */
export function installationOf(envelope: EventCallback): InstallationRef {
  const authorization = envelope.authorizations?.[0];
  const team = authorization?.team_id ?? envelope.context_team_id ?? envelope.team_id;
  const enterprise =
    authorization?.enterprise_id ?? envelope.context_enterprise_id ?? envelope.enterprise_id ?? undefined;
  // Without a word on it (as when the app is gone) a workspace is named exactly when it is the one that installed.
  const isOrgWide = authorization?.is_enterprise_install ?? (team == null && enterprise !== undefined);
  return {
    ...(team == null ? {} : { team_id: team }),
    ...(isOrgWide && enterprise !== undefined ? { enterprise_id: enterprise } : {}),
  };
}

/** The bot's own user in that workspace. */
export function botUserOf(envelope: EventCallback): string | undefined {
  const all = envelope.authorizations ?? [];
  return (all.find(({ is_bot }) => is_bot === true) ?? all[0])?.user_id ?? undefined;
}
