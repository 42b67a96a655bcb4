import type { RequestDeps } from '@hitl/application';
import type { ApprovalPages, ItemStore, JobQueue, RunFeed, SessionStore } from '@hitl/core';
import type {
  AnswerTarget,
  AnswerWriter,
  InstallationRef,
  InstallationStore,
  SlackClient,
  SlackJob,
} from '@hitl/slack';
import type { Agent } from './agent.ts';

export interface SlackWorkerDeps {
  readonly application: RequestDeps;
  readonly feed: RunFeed;
  readonly sessions: SessionStore;
  readonly items: ItemStore;
  /** Where jobs come from: what takes longer than one delivery is handed on through it. */
  readonly queue: JobQueue;
  readonly slack: SlackClient;
  readonly openAnswer: (target: AnswerTarget) => AnswerWriter;
  /** The workspace that the approvers' channels are in; `undefined` while the app is installed nowhere. */
  readonly home: () => Promise<InstallationRef | undefined>;
  /** Where pending requests are posted for which the policy names no channel. */
  readonly channelId?: string | undefined;
  /** Where people open approval requests. */
  readonly pages?: ApprovalPages | undefined;
  readonly installations?: InstallationStore | undefined;
  /** Answers messages instead of our own agent. */
  readonly agent?: Agent | undefined;
  /** For `response_url`s. */
  readonly fetch?: typeof fetch;
}

/** One delivery of a job. */
export interface Delivery {
  /** What is left until the delivery is cut off. */
  readonly remainingMs: () => number;
  /** Aborts when the process is to stop: the job is delivered again. */
  readonly signal: AbortSignal;
}

export interface JobContext extends Delivery {
  /** An earlier delivery of the same job began and did not end. */
  readonly isRepeated: boolean;
}

/** The installation that a job came through. */
export function installationOfJob(job: {
  readonly team_id: string;
  readonly enterprise_id?: string | undefined;
}): InstallationRef & { readonly team_id: string } {
  return {
    team_id: job.team_id,
    ...(job.enterprise_id === undefined ? {} : { enterprise_id: job.enterprise_id }),
  };
}

export type HandleJob<K extends SlackJob['kind']> = (
  deps: SlackWorkerDeps,
  job: Extract<SlackJob, { readonly kind: K }>,
  context: JobContext,
) => Promise<void>;
