import type { SlackJobOf } from '../jobs.ts';
import { installationIdOf } from './installation.ts';
import type { InstallationStore } from './installation-store.ts';

/**
 * Throws the token away after an uninstallation. Not one that was installed anew since: the event may come late. A workspace
 * that lost access to an org-wide installation leaves that as it is.
 * @returns whether something was thrown away
 */
export async function removeInstallation(
  installations: InstallationStore,
  job: SlackJobOf<'uninstalled'>,
): Promise<boolean> {
  const id = installationIdOf(job);
  if (id === undefined || job.reason === 'team_access_revoked') return false;
  const installation = await installations.get(id);
  if (installation === undefined) return false;
  if (Math.floor(Date.parse(installation.installed_at) / 1000) > job.event_time_seconds) return false;
  await installations.delete(id);
  return true;
}
