import { HitlError } from '@hitl/core';
import type { AnyChunk, KnownBlock } from '@slack/types';
import { SlackRefusedError } from '../call/slack-refused-error.ts';
import { type CallOptions, SlackBusyError, type SlackClient } from '../client/index.ts';
import { recentMessages } from '../client/post-once.ts';
import type { InstallationRef } from '../install/installation.ts';
import type { SlackMessage } from '../render/render-approval-card.ts';

/** Where an answer is written. */
export interface AnswerPlace {
  readonly installation: InstallationRef;
  readonly channel: string;
  readonly thread_ts: string;
  /** Who is answered: Slack demands it for streams outside of direct messages. */
  readonly recipient?: { readonly team_id: string; readonly user_id: string } | undefined;
}

/** `done`: acknowledged. `busy`: nothing happened, come back. `broken`: this message can't be streamed (any more), or nobody knows. */
export type StreamOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  | { readonly kind: 'broken'; readonly isUnknown: boolean };

/** The calls that an answer needs, with what can go wrong as values. */
export interface AnswerTransport {
  start(chunks: readonly AnyChunk[]): Promise<StreamOutcome<string>>;
  append(ts: string, chunks: readonly AnyChunk[]): Promise<StreamOutcome<undefined>>;
  stop(
    ts: string,
    chunks: readonly AnyChunk[],
    blocks: readonly KnownBlock[],
    options: CallOptions,
  ): Promise<StreamOutcome<undefined>>;
  post(key: string, message: SlackMessage, options: CallOptions): Promise<string>;
  update(ts: string, message: SlackMessage, options: CallOptions): Promise<void>;
  /** A message of ours in the thread that a lost `start` may have left. */
  findLost(sinceMs: number, known: readonly string[]): Promise<string | undefined>;
  /** The line under the thread, and Slack's own Stop where the app is an agent. True when there is such a Stop. */
  showWorking(): Promise<boolean>;
  showIdle(status: 'active' | 'suspended'): Promise<void>;
}

const atOnce: CallOptions = { maxWaitMs: 0 };

export function createAnswerTransport(client: SlackClient, place: AnswerPlace): AnswerTransport {
  const { installation, channel, thread_ts, recipient } = place;
  let isAgent: boolean | undefined;

  async function attempt<T>(call: () => Promise<T>): Promise<StreamOutcome<T>> {
    try {
      return { kind: 'done', value: await call() };
    } catch (error) {
      if (error instanceof SlackBusyError) return { kind: 'busy', retryAfterMs: error.retryAfterMs };
      if (error instanceof SlackRefusedError && lostForAll.has(error.slackError)) throw error;
      if (error instanceof HitlError)
        return { kind: 'broken', isUnknown: !(error instanceof SlackRefusedError) };
      throw error;
    }
  }

  return {
    start: (chunks) =>
      attempt(async () => {
        const to =
          recipient === undefined
            ? {}
            : { recipient_team_id: recipient.team_id, recipient_user_id: recipient.user_id };
        const answer = await client.call(
          installation,
          'chat.startStream',
          { channel, thread_ts, ...to, chunks },
          atOnce,
        );
        return String(answer.ts);
      }),
    append: (ts, chunks) =>
      attempt(async () => {
        await client.call(installation, 'chat.appendStream', { channel, ts, chunks }, atOnce);
        return undefined;
      }),
    stop: (ts, chunks, blocks, options) =>
      attempt(async () => {
        const content = {
          ...(chunks.length === 0 ? {} : { chunks }),
          ...(blocks.length === 0 ? {} : { blocks }),
        };
        await client.call(installation, 'chat.stopStream', { channel, ts, ...content }, options);
        return undefined;
      }),
    post: async (key, message, options) =>
      (await client.postOnce(installation, key, { channel, thread_ts, ...message }, options)).ts,
    async update(ts, message, options) {
      await client.call(installation, 'chat.update', { channel, ts, ...message }, options);
    },
    async findLost(sinceMs, known) {
      const messages = await recentMessages(client.call, installation, channel, thread_ts, sinceMs);
      // What we post ourselves carries metadata; a stream can't.
      return messages.findLast(
        ({ ts, bot_id, metadata }) =>
          typeof bot_id === 'string' && metadata === undefined && !known.includes(ts),
      )?.ts;
    },
    async showWorking() {
      isAgent = await isTaken(
        client.call(
          installation,
          'agents.sessions.setStatus',
          { channel_id: channel, thread_ts, status: 'processing' },
          atOnce,
        ),
      );
      if (!isAgent)
        await isTaken(
          client.call(
            installation,
            'assistant.threads.setStatus',
            { channel_id: channel, thread_ts, status: 'is working …' },
            atOnce,
          ),
        );
      return isAgent;
    },
    async showIdle(status) {
      if (isAgent !== false)
        await isTaken(
          client.call(
            installation,
            'agents.sessions.setStatus',
            { channel_id: channel, thread_ts, status },
            { maxWaitMs: 5_000 },
          ),
        );
      if (isAgent !== true)
        await isTaken(
          client.call(
            installation,
            'assistant.threads.setStatus',
            { channel_id: channel, thread_ts, status: '' },
            atOnce,
          ),
        );
    },
  };
}

/** No other way of writing helps against these. */
const lostForAll = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'channel_not_found',
  'is_archived',
  'not_in_channel',
]);

/** A status line is a courtesy: without it the answer is the same. */
async function isTaken(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof HitlError) return false;
    throw error;
  }
}
