import { presentApproval } from '@hitl/application';
import { type ApprovalState, isFinished, isoNow, type RunState } from '@hitl/core';
import { queueEntryOf, renderReminder, type SlackJobOf, SlackRefusedError } from '@hitl/slack';
import { cardsOf, type PostedCard, pageUrlOf, postCards, refreshCards } from '../approval-cards.ts';
import { showEnd } from '../follow-run.ts';
import { mentionsOf } from '../mentions-of.ts';
import { findRunThread } from '../run-thread.ts';
import { type HandleJob, installationOfJob, type SlackWorkerDeps } from '../slack-worker-deps.ts';

/** Something happened to a run that people are to know. What they see is how it stands now, not how it stood then. */
export const handleNotify: HandleJob<'notify'> = async (deps, job) => {
  const run = await deps.application.repository.load(job.run_id);
  if (run === undefined) return;
  const { approval_id: approvalId } = job;
  switch (job.event) {
    case 'approval-requested':
      if (approvalId !== undefined) await postCards(deps, run, approvalId);
      return;
    case 'approval-reminded':
    case 'approval-escalated':
      if (approvalId !== undefined) await remind(deps, job, run, approvalId);
      return;
    case 'approval-decided':
      if (approvalId !== undefined) await refreshCards(deps, approvalId);
      await goOnShowing(deps, run, approvalId);
      return;
    case 'run-finished':
      await showEnd(deps, run);
      // What became of the calls.
      for (const id of run.approvals.keys()) await refreshCards(deps, id);
  }
};

/** Now that it was decided the run moves again: its thread shows it. */
async function goOnShowing(
  deps: SlackWorkerDeps,
  run: RunState,
  approvalId: string | undefined,
): Promise<void> {
  const thread = isFinished(run) ? undefined : await findRunThread(deps.items, run.run_id);
  if (thread?.shown !== 'waiting') return;
  await deps.queue.send(
    queueEntryOf({
      kind: 'follow',
      job_id: `follow:${run.run_id}:after:${approvalId}`,
      received_at: isoNow(deps.application.clock),
      ...installationOfJob(thread),
      who: thread.who,
      where: thread.where,
      run_id: run.run_id,
      hops: 0,
    }),
  );
}

async function remind(
  deps: SlackWorkerDeps,
  job: SlackJobOf<'notify'>,
  run: RunState,
  approvalId: string,
): Promise<void> {
  const approval = run.approvals.get(approvalId);
  if (approval?.status !== 'pending') return;
  // A card that could not be posted before is asked for again now.
  await postCards(deps, run, approvalId);
  const cards = (await cardsOf(deps.items, approvalId)).filter(({ digest }) => digest === approval.digest);
  // Each channel has its own people; where the request stands in none, its thread is told.
  const inChannels = cards.filter(({ thread_ts }) => thread_ts === undefined);
  for (const card of inChannels.length > 0 ? inChannels : cards.slice(0, 1))
    await remindUnder(deps, job, run, approval, card);
  await refreshCards(deps, approvalId);
}

async function remindUnder(
  deps: SlackWorkerDeps,
  job: SlackJobOf<'notify'>,
  run: RunState,
  approval: ApprovalState,
  card: PostedCard,
): Promise<void> {
  const installation = installationOfJob(card);
  const message = renderReminder(presentApproval(run, approval, deps.application.clock.now()), {
    kind: job.event === 'approval-reminded' ? 'reminded' : 'escalated',
    mention: await mentionsOf(deps, job.to, installation, [approval.requester_id]),
    pageUrl: pageUrlOf(deps, approval.approval_id),
  });
  try {
    await deps.slack.postOnce(installation, job.job_id, {
      channel: card.channel_id,
      thread_ts: card.thread_ts ?? card.ts,
      ...message,
    });
  } catch (error) {
    if (!(error instanceof SlackRefusedError)) throw error;
    deps.application.logger.warn('a reminder could not be posted', {
      approval_id: approval.approval_id,
      channel_id: card.channel_id,
      error: error.message,
    });
  }
}
