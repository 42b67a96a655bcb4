import type { Caller } from '@hitl/application';
import { HitlError, OutcomeUnknownError, type RunState } from '@hitl/core';
import type { SlackJobOf } from '@hitl/slack';
import type { Agent } from './agent.ts';
import { installationOfJob, type JobContext, type SlackWorkerDeps } from './slack-worker-deps.ts';

/** Kept of a delivery's time for ending the message. */
const marginMs = 40_000;
/** As long as the job may be delivered again. */
const askedSeconds = 15 * 24 * 3600;

/** A message that another agent answers. That agent is asked once: what a lost answer did there can't be known here. */
export async function relayAgent(
  deps: SlackWorkerDeps,
  agent: Agent,
  job: SlackJobOf<'message'>,
  given: { readonly caller: Caller; readonly sessionId: string; readonly context: JobContext },
): Promise<void> {
  const { caller, sessionId, context } = given;
  const writer = deps.openAnswer({
    installation: installationOfJob(job),
    channel: job.where.channel_id,
    thread_ts: job.where.thread_ts,
    recipient: job.who,
    key: job.job_id,
  });
  await writer.open();
  const settle = (text: string, isFailed: boolean): Promise<void> =>
    writer.settle(relayedRun(job, { caller, sessionId, text, isFailed }));
  const asking = await deps.items.put(
    `slack-asked:${job.job_id}`,
    {},
    { ifVersion: 'absent', ttlSeconds: askedSeconds },
  );
  if (asking === undefined) {
    await settle(
      'The answer was interrupted, and what it did is not known here. Please look, then ask again.',
      true,
    );
    return;
  }
  let text = '';
  try {
    const timeout = AbortSignal.timeout(Math.min(2 ** 31 - 1, Math.max(0, context.remainingMs() - marginMs)));
    const signal = AbortSignal.any([context.signal, timeout]);
    const pieces = agent.ask({
      text: job.text,
      session_id: sessionId,
      user_id: caller.id,
      signal,
    });
    for await (const piece of pieces) {
      text += piece;
      writer.handle({ type: 'text-delta', run_id: job.job_id, step: 0, text: piece });
    }
    if (signal.aborted) throw new OutcomeUnknownError('its time was over, and it may go on acting');
  } catch (error) {
    deps.application.logger.error('the agent did not answer', { job_id: job.job_id, error: String(error) });
    const why = error instanceof HitlError ? error.message : 'it broke off';
    await settle(`${text === '' ? '' : `${text}\n\n`}The agent did not answer to the end: ${why}`, true);
    return;
  }
  await settle(text === '' ? 'The agent had nothing to say.' : text, false);
}

/** The other agent's run as far as it is known here, in the shape that an answer is written from. It stands on no record. */
function relayedRun(
  job: SlackJobOf<'message'>,
  given: {
    readonly caller: Caller;
    readonly sessionId: string;
    readonly text: string;
    readonly isFailed: boolean;
  },
): RunState {
  const { caller, sessionId, text, isFailed } = given;
  const { id, kind, assurance } = caller;
  return {
    run_id: job.job_id,
    session_id: sessionId,
    started: {
      run_id: job.job_id,
      session_id: sessionId,
      principal: { id, kind, groups: [], assurance },
      query: job.text,
      environment: '',
      execution_timeout: 1,
      dry_run: false,
      channel: 'slack',
      memory: [],
    },
    status: isFailed ? 'failed' : 'completed',
    steps: [],
    calls: new Map(),
    approvals: new Map(),
    output: text,
    usage: { input_tokens: 0, output_tokens: 0 },
    created_at: job.received_at,
    updated_at: job.received_at,
    sequence: 1,
    head_hash: '',
  };
}
