import type { Job, JsonObject } from '@hitl/core';
import { conversationOf, type SlackJob } from './jobs.ts';

/**
 * The job as the queue takes it. What is in one group waits for its turn: messages of a thread behind the answer that streams
 * there; votes and edits on one request behind each other, but neither behind a thread nor behind cards that Slack does not take now.
 */
export function queueEntryOf(job: SlackJob): Job {
  // Members that are undefined must not be there: the body is JSON.
  const body = JSON.parse(JSON.stringify(job)) as JsonObject;
  return { group: groupOf(job), deduplicationId: job.job_id, body };
}

function groupOf(job: SlackJob): string {
  switch (job.kind) {
    case 'message':
    case 'follow':
      return conversationOf(job.where);
    case 'vote':
    case 'edit':
      return `approval:${job.approval_id}`;
    case 'notify':
      return job.approval_id === undefined ? `run:${job.run_id}` : `cards:${job.approval_id}`;
    case 'redraw':
      return `cards:${job.approval_id}`;
    case 'fill-edit-modal':
      return `modal:${job.view_id}`;
    case 'stop':
      return `stop:${job.run_id ?? (job.where === undefined ? job.job_id : conversationOf(job.where))}`;
    case 'command':
      return `command:${job.team_id}:${job.who.user_id}`;
    case 'uninstalled':
      return `installation:${job.enterprise_id ?? job.team_id ?? job.job_id}`;
  }
}
