import type { Caller } from '@hitl/application';
import { HitlError, type RunState } from '@hitl/core';
import type { SlackJobOf } from '@hitl/slack';
import type { Agent } from './agent.ts';
import { rememberRelayed, watchRelayed } from './relayed-answer.ts';
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
  // Before anything is shown, so that whatever Stop is pressed finds it.
  await rememberRelayed(deps.items, job.job_id, { where: job.where, person: caller.id });
  const writer = deps.openAnswer({
    installation: installationOfJob(job),
    channel: job.where.channel_id,
    thread_ts: job.where.thread_ts,
    recipient: job.who,
    key: job.job_id,
  });
  await writer.open();
  const asking = await deps.items.put(
    `slack-asked:${job.job_id}`,
    {},
    { ifVersion: 'absent', ttlSeconds: askedSeconds },
  );
  const watched = await watchRelayed(deps, job.job_id);
  const settle = async (text: string, status: 'completed' | 'failed', heard = text): Promise<void> => {
    const end = (await watched.end()) ? ({ text: heard, status: 'cancelled' } as const) : { text, status };
    await writer.settle(relayedRun(job, { caller, sessionId, ...end }));
  };
  if (asking === undefined) {
    await settle(
      'The answer was interrupted, and what it did is not known here. Please look, then ask again.',
      'failed',
    );
    return;
  }
  const timeout = AbortSignal.timeout(Math.min(2 ** 31 - 1, Math.max(0, context.remainingMs() - marginMs)));
  const signal = AbortSignal.any([context.signal, watched.signal, timeout]);
  const say = (text: string): void =>
    writer.handle({ type: 'text-delta', run_id: job.job_id, step: 0, text });
  // Nothing is heard yet, but what our Stop stops has a name now.
  say('');
  let text = '';
  let failure: string | undefined;
  try {
    const question = { text: job.text, session_id: sessionId, user_id: caller.id, signal };
    if (!signal.aborted) {
      for await (const piece of agent.ask(question)) {
        if (signal.aborted) break;
        text += piece;
        say(piece);
      }
    }
  } catch (error) {
    deps.application.logger.error('the agent did not answer', { job_id: job.job_id, error: String(error) });
    failure = `The agent did not answer to the end: ${error instanceof HitlError ? error.message : 'it broke off'}`;
  }
  if (signal.aborted) {
    const what = timeout.aborted ? 'The time for an answer here was over' : 'The worker was told to stop';
    failure = `${what} before the agent had ended. It may go on acting, and what it says from now on is not shown.`;
  }
  if (failure === undefined) await settle(text === '' ? 'The agent had nothing to say.' : text, 'completed');
  else await settle(text === '' ? failure : `${text}\n\n${failure}`, 'failed', text);
}

/** The other agent's run as far as it is known here, in the shape that an answer is written from. It stands on no record. */
function relayedRun(
  job: SlackJobOf<'message'>,
  given: {
    readonly caller: Caller;
    readonly sessionId: string;
    readonly text: string;
    readonly status: 'completed' | 'failed' | 'cancelled';
  },
): RunState {
  const { caller, sessionId, text, status } = given;
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
    status,
    ...(status === 'cancelled' ? { cancel_requested_by: id } : {}),
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
