import { loadRun } from '@hitl/application';
import {
  ConflictError,
  isFinished,
  isoNow,
  type RunState,
  type StreamEvent,
  sha256Hex,
  UnavailableError,
} from '@hitl/core';
import { type AnswerWriter, queueEntryOf, type SlackAccount, type SlackPlace } from '@hitl/slack';
import { findRunThread, noteShown } from './run-thread.ts';
import { installationOfJob, type JobContext, type SlackWorkerDeps } from './slack-worker-deps.ts';

export interface FollowedRun {
  /** Of the job that shows it. */
  readonly job_id: string;
  readonly team_id: string;
  readonly enterprise_id?: string | undefined;
  readonly who?: SlackAccount | undefined;
  readonly where: SlackPlace;
  readonly run_id: string;
  readonly hops: number;
}

export interface Following {
  /** Subscribed before anything that they tell of. */
  readonly events: AsyncIterable<StreamEvent>;
  readonly context: JobContext;
  /** Begins the run, where it has not begun. */
  readonly begin?: () => Promise<RunState>;
}

/** Live events are a convenience: what they leave out is seen in the record this much later. */
const lookEveryMs = 2000;
/** Kept of a delivery's time for ending the message or handing it on. */
const marginMs = 40_000;
const settleMs = 30_000;
const maxHops = 500;

/** Shows a run until it is over, waits for people, or this delivery's time ends; then the next delivery goes on. */
export async function followRun(
  deps: SlackWorkerDeps,
  followed: FollowedRun,
  following: Following,
): Promise<void> {
  const writer = openWriter(deps, followed);
  await unlessTakenOver(deps, followed.run_id, () => follow(deps, followed, writer, following));
}

/** The end of a run that nobody shows any more, behind what its thread shows of it. */
export async function showEnd(deps: SlackWorkerDeps, run: RunState): Promise<void> {
  const thread = await findRunThread(deps.items, run.run_id);
  if (thread?.shown !== 'waiting') return;
  const writer = openWriter(deps, { ...thread, run_id: run.run_id });
  await unlessTakenOver(deps, run.run_id, async () => {
    await writer.open(run);
    await writer.settle(run, { maxWaitMs: settleMs });
    await noteShown(deps.items, run.run_id, 'finished');
  });
}

async function follow(
  deps: SlackWorkerDeps,
  followed: FollowedRun,
  writer: AnswerWriter,
  following: Following,
): Promise<void> {
  const { run_id: runId } = followed;
  const { context, begin } = following;
  const before = await deps.application.repository.load(runId);
  // At once, before the run costs time: somebody looks at the thread.
  const opened = writer.open(before);
  // It is looked at below; a run that begins must not wait for it, nor be lost by it.
  opened.catch(() => undefined);
  if (begin !== undefined) await begin();
  await opened;
  const run = await watch(deps, runId, writer, following);
  if (run === undefined) {
    await writer.handOver();
    if (context.signal.aborted) throw new UnavailableError('the worker was told to stop');
    await handOn(deps, followed);
    return;
  }
  await writer.settle(run, { maxWaitMs: settleMs });
  await noteShown(deps.items, runId, isFinished(run) ? 'finished' : 'waiting');
  if (isFinished(run)) return;
  // Who told of a decision or of the end before `waiting` stood there left it to us.
  const now = await loadRun(deps.application, runId);
  if (isFinished(now)) await showEnd(deps, now);
  else if (now.status === 'running') await handOn(deps, followed);
}

function openWriter(deps: SlackWorkerDeps, run: Omit<FollowedRun, 'job_id' | 'hops'>): AnswerWriter {
  return deps.openAnswer({
    installation: installationOfJob(run),
    channel: run.where.channel_id,
    thread_ts: run.where.thread_ts,
    recipient: run.who,
    key: run.run_id,
  });
}

/** Whoever took the answer over shows all of it. */
async function unlessTakenOver(
  deps: SlackWorkerDeps,
  runId: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConflictError) || error.code !== 'conflict') throw error;
    deps.application.logger.info('another delivery shows this run', { run_id: runId });
  }
}

/** The run once nothing more happens by itself; `undefined` when the time is over before. */
async function watch(
  deps: SlackWorkerDeps,
  runId: string,
  writer: AnswerWriter,
  { events, context }: Following,
): Promise<RunState | undefined> {
  const settled = Promise.withResolvers<RunState | undefined>();
  const look = async (): Promise<void> => {
    try {
      const run = await loadRun(deps.application, runId);
      if (run.status === 'running') writer.sync(run);
      else settled.resolve(run);
    } catch (error) {
      deps.application.logger.warn('a run could not be looked at', { run_id: runId, error: String(error) });
    }
  };
  const iterator = events[Symbol.asyncIterator]();
  const listen = async (): Promise<void> => {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      writer.handle(next.value);
      if (next.value.type === 'run-finished' || next.value.type === 'approval-requested') await look();
    }
  };
  const stop = (): void => settled.resolve(undefined);
  const timer = setInterval(look, lookEveryMs);
  let end: NodeJS.Timeout | undefined;
  context.signal.addEventListener('abort', stop, { once: true });
  if (context.signal.aborted) stop();
  // Whoever falls behind reads the record.
  listen().catch(() => undefined);
  try {
    // However short the time: what is over by now is shown, not handed on.
    await look();
    end = setTimeout(stop, Math.min(2 ** 31 - 1, Math.max(0, context.remainingMs() - marginMs)));
    return await settled.promise;
  } finally {
    clearInterval(timer);
    clearTimeout(end);
    context.signal.removeEventListener('abort', stop);
    iterator.return?.().catch(() => undefined);
  }
}

async function handOn(deps: SlackWorkerDeps, followed: FollowedRun): Promise<void> {
  const { run_id, who, where, hops } = followed;
  if (hops >= maxHops) {
    // Its end is still told, when it comes, or shown now, when it came just before.
    await noteShown(deps.items, run_id, 'waiting');
    const now = await loadRun(deps.application, run_id);
    if (isFinished(now)) await showEnd(deps, now);
    return;
  }
  await deps.queue.send(
    queueEntryOf({
      kind: 'follow',
      // Named by the job that it goes on from: that one delivered again hands on the same.
      job_id: `follow:${run_id}:${sha256Hex(followed.job_id).slice(0, 24)}`,
      received_at: isoNow(deps.application.clock),
      ...installationOfJob(followed),
      ...(who === undefined ? {} : { who }),
      where,
      run_id,
      hops: hops + 1,
    }),
  );
}
