import { queueEntryOf } from '@hitl/slack';
import type { SlackWorkerDeps } from './slack-worker-deps.ts';

/**
 * Draws now or, where Slack does not take it now, leaves it to a job of its own: what was decided stands on the record, and the next
 * vote must not wait for a picture of it.
 */
export async function drawOrLeave(
  deps: SlackWorkerDeps,
  job: { readonly job_id: string; readonly approval_id: string },
  draw: () => Promise<void>,
): Promise<void> {
  const { approval_id } = job;
  try {
    await draw();
  } catch (error) {
    deps.application.logger.warn('cards are drawn later', { approval_id, error: String(error) });
    await deps.queue.send(queueEntryOf({ kind: 'redraw', job_id: `redraw:${job.job_id}`, approval_id }));
  }
}
