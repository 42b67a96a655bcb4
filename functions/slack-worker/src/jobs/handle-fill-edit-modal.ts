import { loadApproval } from '@hitl/application';
import { ConflictError } from '@hitl/core';
import { renderEditModal, renderEditRefusedModal, SlackRefusedError } from '@hitl/slack';
import { pageUrlOf } from '../approval-cards.ts';
import { type HandleJob, installationOfJob, type SlackWorkerDeps } from '../slack-worker-deps.ts';
import { isRefusal } from '../tell-person.ts';
import { knownCallerOf } from '../who-acts.ts';

/** Puts the call's arguments into the modal that the ingress opened. */
export const handleFillEditModal: HandleJob<'fill-edit-modal'> = async (deps, job) => {
  const { approval_id, digest, rendered_digest, where } = job;
  const metadata = {
    approval_id,
    digest,
    ...(rendered_digest === undefined ? {} : { rendered_digest }),
    ...(where === undefined ? {} : { where }),
  };
  const page = { pageUrl: pageUrlOf(deps, approval_id) };
  const view = await findCall(deps, job)
    .then(({ call, position }) => renderEditModal(call, metadata, { ...page, position }))
    .catch((error: unknown) => {
      if (!isRefusal(error)) throw error;
      return renderEditRefusedModal(error.message, metadata, page);
    });
  try {
    await deps.slack.call(installationOfJob(job), 'views.update', {
      view_id: job.view_id,
      ...(job.view_hash === undefined ? {} : { hash: job.view_hash }),
      view,
    });
  } catch (error) {
    // Closed meanwhile, or filled by the delivery before.
    if (!(error instanceof SlackRefusedError)) throw error;
    deps.application.logger.info('a modal was gone', { approval_id, error: error.slackError });
  }
};

async function findCall(deps: SlackWorkerDeps, job: Parameters<typeof handleFillEditModal>[1]) {
  await knownCallerOf(deps, job.who);
  const { run, approval } = await loadApproval(deps.application, job.approval_id);
  if (approval.status !== 'pending')
    throw new ConflictError('approval_not_pending', `this request is ${approval.status}`);
  if (approval.digest !== job.digest)
    throw new ConflictError('digest_mismatch', 'the request was changed since this card was drawn');
  const { call_ids: ids } = approval;
  const id = job.call_id ?? (ids.length === 1 ? ids[0] : undefined);
  const index = ids.findIndex((each) => each === id);
  const call = index === -1 || id === undefined ? undefined : run.calls.get(id);
  if (call === undefined)
    throw new ConflictError('conflict', 'which of its calls is meant, this card does not say');
  return { call, position: ids.length === 1 ? undefined : { number: index + 1, of: ids.length } };
}
