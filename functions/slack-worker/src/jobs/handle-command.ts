import { loadApproval, loadRun, presentApproval } from '@hitl/application';
import { NotFoundError, visibleLine, visibleText } from '@hitl/core';
import {
  clip,
  fallbackText,
  queueEntryOf,
  rememberThread,
  renderApprovalPages,
  renderPendingList,
  type SlackMessage,
  SlackRefusedError,
} from '@hitl/slack';
import { pageUrlOf } from '../approval-cards.ts';
import { type HandleJob, installationOfJob, type SlackWorkerDeps } from '../slack-worker-deps.ts';
import { isRefusal, respond, tellRefusal } from '../tell-person.ts';
import { knownCallerOf } from '../who-acts.ts';

/** A `response_url` takes five messages. */
const maxMessages = 4;
const maxPending = 40;

/** `/hitl pending`, `/hitl show ID` and `/hitl run TEXT`: only people of the directory get an answer. */
export const handleCommand: HandleJob<'command'> = async (deps, job) => {
  const { command, response_url: responseUrl } = job;
  try {
    await knownCallerOf(deps, job.who);
    if (command.name === 'run') {
      await runCommand(deps, job, command.text);
      return;
    }
    const messages = command.name === 'pending' ? await pending(deps) : await show(deps, command.id);
    for (const message of messages.slice(0, maxMessages)) await respond(deps, responseUrl, message);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await tellRefusal(
      deps,
      { installation: installationOfJob(job), who: job.who, response_url: responseUrl },
      error,
    );
  }
};

async function pending(deps: SlackWorkerDeps): Promise<SlackMessage[]> {
  const page = await deps.application.approvals.list({ status: 'pending', limit: maxPending });
  return renderPendingList(page.items, page.next_cursor !== undefined, maxMessages);
}

async function show(deps: SlackWorkerDeps, id: string): Promise<SlackMessage[]> {
  const { application } = deps;
  try {
    const { run, approval } = await loadApproval(application, id);
    const nowMs = application.clock.now();
    const pageUrl = pageUrlOf(deps, id);
    return renderApprovalPages(presentApproval(run, approval, nowMs), { nowMs, pageUrl }, maxMessages);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
  const run = await loadRun(application, id).catch(() => {
    throw new NotFoundError(`there is no approval request and no run ${id}`);
  });
  const said = run.output ?? run.steps.at(-1)?.text ?? '';
  const text = visibleText(`${run.run_id}: ${run.status}\n${run.started.query}\n\n${said}`);
  return [
    {
      text: fallbackText(`${run.run_id}: ${run.status}`),
      blocks: [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_preformatted',
              elements: [{ type: 'text', text: clip(text, 2900) }],
            },
          ],
        },
      ],
    },
  ];
}

/** The request stands in the channel, where others see it, and its thread is the conversation. */
async function runCommand(
  deps: SlackWorkerDeps,
  job: Parameters<typeof handleCommand>[1],
  text: string,
): Promise<void> {
  const installation = installationOfJob(job);
  try {
    const { ts } = await deps.slack.postOnce(installation, `command:${job.job_id}`, {
      channel: job.channel_id,
      text: fallbackText('A request'),
      blocks: [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'user', user_id: job.who.user_id },
                { type: 'text', text: ` asks: ${clip(visibleLine(text), 2500)}` },
              ],
            },
          ],
        },
      ],
    });
    const where = { channel_id: job.channel_id, thread_ts: ts };
    await rememberThread(deps.items, where);
    await deps.queue.send(
      queueEntryOf({
        kind: 'message',
        job_id: `${job.job_id}:run`,
        received_at: job.received_at,
        ...installation,
        who: job.who,
        where,
        text,
        addressed_by: 'mention',
      }),
    );
  } catch (error) {
    if (!(error instanceof SlackRefusedError)) throw error;
    await respond(deps, job.response_url, {
      text: 'I can’t write in this channel. Invite me to it, or use another one.',
      blocks: [],
    });
  }
}
