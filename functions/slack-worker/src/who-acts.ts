import { type Caller, recordRefusal } from '@hitl/application';
import { ForbiddenError } from '@hitl/core';
import { type SlackAccount, slackLinkOf } from '@hitl/slack';
import type { SlackWorkerDeps } from './slack-worker-deps.ts';

/**
 * Who the account is. One that the directory does not know acts under the account's own name, which is nobody: whatever it does
 * is refused under that name.
 */
export async function callerOf(deps: SlackWorkerDeps, who: SlackAccount): Promise<Caller> {
  const link = slackLinkOf(who);
  const entry = await deps.application.directory.findByLink(link);
  return { id: entry?.id ?? link, kind: entry?.kind ?? 'user', assurance: 'linked', channel: 'slack' };
}

/** As `callerOf`, for what only people of the directory may do. @throws ForbiddenError, which is on the record then */
export async function knownCallerOf(deps: SlackWorkerDeps, who: SlackAccount): Promise<Caller> {
  const caller = await callerOf(deps, who);
  const link = slackLinkOf(who);
  if (caller.id !== link) return caller;
  const refusal = new ForbiddenError('unknown_principal', `the directory links nobody to ${link}`);
  await recordRefusal(deps.application, caller, refusal);
  throw refusal;
}
