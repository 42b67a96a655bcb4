import { followRun } from '../follow-run.ts';
import { findRunThread, noteShown } from '../run-thread.ts';
import type { HandleJob } from '../slack-worker-deps.ts';

/** Goes on showing a run: where another delivery's time ended, or after people decided. */
export const handleFollow: HandleJob<'follow'> = async (deps, job, context) => {
  const thread = await findRunThread(deps.items, job.run_id);
  if (thread?.shown === 'finished') return;
  await noteShown(deps.items, job.run_id, 'following');
  const events = deps.feed.subscribe(job.run_id, context.signal);
  await followRun(deps, job, { events, context });
};
