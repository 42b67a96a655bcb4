import { type Caller, startRun } from '@hitl/application';
import { sha256Hex } from '@hitl/core';
import { conversationOf, type SlackJobOf } from '@hitl/slack';
import { followRun } from '../follow-run.ts';
import { relayAgent } from '../relay-agent.ts';
import { rememberRunThread } from '../run-thread.ts';
import { type HandleJob, installationOfJob, type SlackWorkerDeps } from '../slack-worker-deps.ts';
import { isRefusal, tellPerson, tellRefusal } from '../tell-person.ts';
import { knownCallerOf } from '../who-acts.ts';

/** Somebody asks for something in a thread: it is run as theirs, and the thread shows how it goes. */
export const handleMessage: HandleJob<'message'> = async (deps, job, context) => {
  const { where, who } = job;
  const to = { installation: installationOfJob(job), who, where };
  let caller: Caller;
  try {
    caller = await knownCallerOf(deps, who);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await tellRefusal(deps, to, error);
    return;
  }
  if (job.text.trim() === '') {
    await tellPerson(deps, to, { text: 'What should be done? Please say it in words.', blocks: [] });
    return;
  }
  const newSession = deps.application.ids.next('ses');
  const sessionId = await deps.sessions.getOrCreate(conversationOf(where), newSession);
  if (deps.agent === undefined) await runOwnAgent(deps, job, { caller, sessionId, context });
  else await relayAgent(deps, deps.agent, job, { caller, sessionId, context });
};

async function runOwnAgent(
  deps: SlackWorkerDeps,
  job: SlackJobOf<'message'>,
  given: Parameters<typeof relayAgent>[3],
): Promise<void> {
  const { application, items } = deps;
  const { caller, sessionId, context } = given;
  const { channel_id, thread_ts } = job.where;
  const installation = installationOfJob(job);
  const runId = runIdOfJob(job.job_id);
  // Before the run begins, so that whatever it asks for finds the thread.
  await rememberRunThread(items, runId, {
    ...installation,
    where: { channel_id, thread_ts },
    who: job.who,
    shown: 'following',
  });
  // Heard from its very beginning.
  const events = deps.feed.subscribe(runId, context.signal);
  const { job_id, who, where } = job;
  const followed = { ...installation, job_id, who, where, run_id: runId, hops: 0 };
  await followRun(deps, followed, {
    events,
    context,
    // While the placeholder is on its way: neither waits for the other.
    begin: () => startRun(application, caller, { query: job.text, session_id: sessionId, run_id: runId }),
  });
}

/** Every delivery of one message is one run. */
function runIdOfJob(jobId: string): string {
  return `run_${sha256Hex(jobId).slice(0, 26)}`;
}
