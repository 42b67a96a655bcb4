import type { ApprovalState, RunState } from '@hitl/core';
import type { InstallationRef } from '@hitl/slack';
import { findRunThread } from './run-thread.ts';
import { installationOfJob, type SlackWorkerDeps } from './slack-worker-deps.ts';

/** A channel, or a thread in one. */
export interface CardTarget {
  readonly installation: InstallationRef & { readonly team_id: string };
  readonly channel_id: string;
  readonly thread_ts?: string;
}

export interface CardTargets {
  /** The channels that the policy names, each once. */
  readonly named: readonly CardTarget[];
  /** The approvers' channel, unless it is among the named: for what is named nowhere, or only where it can't be posted. */
  readonly usual?: CardTarget;
  /** Where the request came from. */
  readonly thread?: CardTarget;
}

export async function cardTargetsOf(
  deps: SlackWorkerDeps,
  run: RunState,
  approval: ApprovalState,
): Promise<CardTargets> {
  const { channelId } = deps;
  const channels = [...new Set(approval.requirement.slack_channels)];
  const home = channels.length === 0 && channelId === undefined ? undefined : await deps.home();
  const thread = await findRunThread(deps.items, run.run_id);
  const inHome = (channel_id: string): CardTarget[] =>
    home?.team_id === undefined ? [] : [{ installation: { ...home, team_id: home.team_id }, channel_id }];
  const [usual] = channelId === undefined || channels.includes(channelId) ? [] : inHome(channelId);
  const named = channels.flatMap(inHome);
  const wanted = [...channels, ...(channelId === undefined ? [] : [channelId])];
  if (wanted.length > 0 && home?.team_id === undefined)
    deps.application.logger.error(
      'no workspace is known that has the channels for approvals: install the app',
      {
        approval_id: approval.approval_id,
        channel_ids: wanted,
      },
    );
  return {
    named,
    ...(usual === undefined ? {} : { usual }),
    ...(thread === undefined
      ? {}
      : {
          thread: {
            installation: installationOfJob(thread),
            channel_id: thread.where.channel_id,
            thread_ts: thread.where.thread_ts,
          },
        }),
  };
}

/** The rules whose decision names the channel; none where only an earlier decision did, which an edit replaced. */
export function rulesNaming(run: RunState, approval: ApprovalState, channelId: string): string[] {
  const decisions = approval.call_ids.flatMap((id) => run.calls.get(id)?.decision ?? []);
  const naming = decisions.filter(({ requirement }) => requirement?.slack_channels?.includes(channelId));
  return [...new Set(naming.flatMap(({ rule_ids }) => rule_ids))];
}
