import { isoNow, sha256Hex } from '@hitl/core';
import type { InstallationRef } from '../install/installation.ts';
import type { SlackAccount } from '../jobs.ts';
import type { SlackIngressDeps } from './ingress-deps.ts';

interface FromPerson {
  readonly team?: { readonly id?: string | null | undefined } | null | undefined;
  readonly enterprise?: { readonly id?: string | null | undefined } | null | undefined;
  readonly is_enterprise_install?: boolean | string | null | undefined;
  readonly user: { readonly id: string; readonly team_id?: string | null | undefined };
}

export interface ClickOrigin {
  readonly installation: InstallationRef;
  readonly who: SlackAccount;
  /** What the job of this click has in common with all jobs. `unique` is what makes this click another than the one before. */
  jobFields(unique: readonly string[]): {
    readonly job_id: string;
    readonly received_at: string;
    readonly team_id: string;
    readonly enterprise_id?: string;
    readonly who: SlackAccount;
  };
}

/**
 * Who clicked, in which installation; `undefined` where no workspace is named. The same signed request twice makes the same
 * job id, so the queue takes a replay as what it is; Slack itself never repeats an interaction.
 */
export function clickOrigin(deps: SlackIngressDeps, payload: FromPerson): ClickOrigin | undefined {
  const teamId = payload.team?.id ?? payload.user.team_id;
  if (teamId == null) return undefined;
  const isOrgWide = payload.is_enterprise_install === true || payload.is_enterprise_install === 'true';
  const enterpriseId = isOrgWide ? (payload.enterprise?.id ?? undefined) : undefined;
  const enterprise = enterpriseId === undefined ? {} : { enterprise_id: enterpriseId };
  const who = { team_id: payload.user.team_id ?? teamId, user_id: payload.user.id };
  return {
    installation: { team_id: teamId, ...enterprise },
    who,
    jobFields: (unique) => ({
      job_id: `click:${sha256Hex(JSON.stringify([teamId, who, ...unique]))}`,
      received_at: isoNow(deps.clock),
      team_id: teamId,
      ...enterprise,
      who,
    }),
  };
}
