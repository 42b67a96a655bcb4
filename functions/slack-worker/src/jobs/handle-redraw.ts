import { loadApproval } from '@hitl/application';
import { NotFoundError } from '@hitl/core';
import { postCards } from '../approval-cards.ts';
import type { HandleJob } from '../slack-worker-deps.ts';

/** Brings the cards of a request to how it stands now, where Slack could not when it changed. */
export const handleRedraw: HandleJob<'redraw'> = async (deps, job) => {
  const found = await loadApproval(deps.application, job.approval_id).catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  });
  if (found !== undefined) await postCards(deps, found.run, job.approval_id);
};
