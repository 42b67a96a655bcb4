import { removeInstallation } from '@hitl/slack';
import type { HandleJob } from '../slack-worker-deps.ts';

/** The app is gone from a workspace: so is its token. */
export const handleUninstalled: HandleJob<'uninstalled'> = async (deps, job) => {
  if (deps.installations === undefined) return;
  const isRemoved = await removeInstallation(deps.installations, job);
  deps.application.logger.info('uninstalled', {
    team_id: job.team_id,
    reason: job.reason,
    is_removed: isRemoved,
  });
};
