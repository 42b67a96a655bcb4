import type { ItemStore } from '@hitl/core';
import { forgetHome, rememberHome, type SlackJob } from '@hitl/slack';
import { handleCommand } from './jobs/handle-command.ts';
import { handleEdit } from './jobs/handle-edit.ts';
import { handleFillEditModal } from './jobs/handle-fill-edit-modal.ts';
import { handleFollow } from './jobs/handle-follow.ts';
import { handleMessage } from './jobs/handle-message.ts';
import { handleNotify } from './jobs/handle-notify.ts';
import { handleRedraw } from './jobs/handle-redraw.ts';
import { handleStop } from './jobs/handle-stop.ts';
import { handleUninstalled } from './jobs/handle-uninstalled.ts';
import { handleVote } from './jobs/handle-vote.ts';
import type { Delivery, JobContext, SlackWorkerDeps } from './slack-worker-deps.ts';

export type SlackWorker = (job: SlackJob, delivery: Delivery) => Promise<void>;

/** As long as a job that was put aside may be delivered again. */
const keptSeconds = 15 * 24 * 3600;

/**
 * Does what Slack's ingress and the system hand over. A job may be delivered more than once: one that was done is done, and one
 * that was begun is taken up where the record and the posted messages say it was left.
 */
export function createSlackWorker(deps: SlackWorkerDeps): SlackWorker {
  // Once is enough for a process: the first stays.
  let hasHome = false;
  return async (job, delivery) => {
    const key = `slack-job:${job.job_id}`;
    const state = await begin(deps.items, key);
    if (state === 'done') return;
    // An installation for a whole organisation names no workspace: the first that anything comes from is home.
    if (job.kind === 'uninstalled') {
      await forgetHome(deps.items, job);
      hasHome = false;
    } else if ('team_id' in job && !hasHome) {
      await rememberHome(deps.items, job);
      hasHome = true;
    }
    await dispatch(deps, job, { ...delivery, isRepeated: state === 'repeated' });
    await deps.items.put(key, { state: 'done' }, { ifVersion: 'any', ttlSeconds: keptSeconds });
  };
}

async function begin(items: ItemStore, key: string): Promise<'new' | 'repeated' | 'done'> {
  const options = { ifVersion: 'absent', ttlSeconds: keptSeconds } as const;
  if ((await items.put(key, { state: 'begun' }, options)) !== undefined) return 'new';
  return (await items.get(key))?.value.state === 'done' ? 'done' : 'repeated';
}

function dispatch(deps: SlackWorkerDeps, job: SlackJob, context: JobContext): Promise<void> {
  switch (job.kind) {
    case 'message':
      return handleMessage(deps, job, context);
    case 'follow':
      return handleFollow(deps, job, context);
    case 'stop':
      return handleStop(deps, job, context);
    case 'command':
      return handleCommand(deps, job, context);
    case 'vote':
      return handleVote(deps, job, context);
    case 'edit':
      return handleEdit(deps, job, context);
    case 'fill-edit-modal':
      return handleFillEditModal(deps, job, context);
    case 'notify':
      return handleNotify(deps, job, context);
    case 'redraw':
      return handleRedraw(deps, job, context);
    case 'uninstalled':
      return handleUninstalled(deps, job, context);
  }
}
