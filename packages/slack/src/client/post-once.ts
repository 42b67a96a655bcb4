import {
  type Clock,
  HitlError,
  type ItemStore,
  OutcomeUnknownError,
  sha256Hex,
  UnavailableError,
} from '@hitl/core';
import { z } from 'zod';
import { type InstallationRef, installationIdOf } from '../install/installation.ts';
import type { PostedMessage, PostOnceOptions, SlackArguments, SlackClient } from './slack-client.ts';

const outboxSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('sending'), at_ms: z.number() }),
  z.object({ state: z.literal('sent'), channel: z.string(), ts: z.string() }),
]);

const keptSeconds = 30 * 24 * 3600;
/** Longer than any attempt takes: whoever holds it after this has died. */
const sendingMs = 60_000;
const eventType = 'hitl_message';

/**
 * `chat.postMessage` has no idempotency key, so there is an outbox: an item says `sending` before and `sent` after, and the message
 * carries the key's digest as metadata. Who finds `sending` of a dead worker looks for the message in the conversation before it
 * posts again. What is left: when the conversation can't be read, or Slack shows the message only after more than a minute, it is
 * posted twice. That is chosen over not at all: a card that nobody sees holds up a run.
 */
export async function postOnce(
  deps: { readonly call: SlackClient['call']; readonly items: ItemStore; readonly clock: Clock },
  installation: InstallationRef,
  key: string,
  message: SlackArguments & { readonly channel: string },
  { maxWaitMs = 15_000 }: PostOnceOptions = {},
): Promise<PostedMessage> {
  const { call, items, clock } = deps;
  const marker = sha256Hex(`${installationIdOf(installation)}\n${message.channel}\n${key}`);
  const itemKey = `slack-post:${marker}`;

  async function keep(posted: PostedMessage): Promise<PostedMessage> {
    // It is posted: failing now would only have it posted again.
    await items
      .put(itemKey, { state: 'sent', ...posted }, { ifVersion: 'any', ttlSeconds: keptSeconds })
      .catch(() => {});
    return posted;
  }

  const before = await items.get(itemKey);
  const known = before === undefined ? undefined : outboxSchema.parse(before.value);
  if (known?.state === 'sent') return { channel: known.channel, ts: known.ts };
  if (known?.state === 'sending') {
    if (clock.now() - known.at_ms < sendingMs)
      throw new UnavailableError('another worker may be posting this message');
    const found = await findPosted(call, installation, marker, message, known.at_ms);
    if (found !== undefined) return keep(found);
  }
  const version = await items.put(
    itemKey,
    { state: 'sending', at_ms: clock.now() },
    { ifVersion: before?.version ?? 'absent', ttlSeconds: keptSeconds },
  );
  if (version === undefined) throw new UnavailableError('another worker is posting this message');
  const sentAtMs = clock.now();
  try {
    const answer = await call(
      installation,
      'chat.postMessage',
      {
        ...message,
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: eventType, event_payload: { key: marker } },
      },
      { maxWaitMs: Math.min(maxWaitMs, sendingMs / 2) },
    );
    return await keep({ channel: String(answer.channel ?? message.channel), ts: String(answer.ts) });
  } catch (error) {
    if (error instanceof OutcomeUnknownError) {
      const found = await findPosted(call, installation, marker, message, sentAtMs);
      if (found !== undefined) return keep(found);
      // It may still be on its way: the next attempt, a minute from now, looks again.
      throw new UnavailableError('nobody knows yet whether the message was posted', { cause: error });
    }
    if (error instanceof HitlError) await items.delete(itemKey, version);
    throw error;
  }
}

const messagesSchema = z.object({
  messages: z.array(
    z.looseObject({
      ts: z.string(),
      metadata: z
        .looseObject({ event_type: z.string(), event_payload: z.looseObject({}) })
        .optional()
        .catch(undefined),
    }),
  ),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});

async function findPosted(
  call: SlackClient['call'],
  installation: InstallationRef,
  marker: string,
  message: SlackArguments & { readonly channel: string },
  sinceMs: number,
): Promise<PostedMessage | undefined> {
  const messages = await recentMessages(call, installation, message.channel, message.thread_ts, sinceMs);
  const found = messages.find(
    ({ metadata }) => metadata?.event_type === eventType && metadata.event_payload.key === marker,
  );
  return found === undefined ? undefined : { channel: message.channel, ts: found.ts };
}

type ReadMessage = z.infer<typeof messagesSchema>['messages'][number];

/** What was written in a conversation or thread since then; empty where it can't be read (a missing scope, a closed channel). */
export async function recentMessages(
  call: SlackClient['call'],
  installation: InstallationRef,
  channel: string,
  threadTs: unknown,
  sinceMs: number,
): Promise<readonly ReadMessage[]> {
  const inThread = typeof threadTs === 'string';
  const found: ReadMessage[] = [];
  let cursor: string | undefined;
  try {
    for (let page = 0; page < 3; page += 1) {
      const answer = await call(installation, inThread ? 'conversations.replies' : 'conversations.history', {
        channel,
        ...(inThread ? { ts: threadTs } : {}),
        // Clocks differ, ours and Slack's.
        oldest: String((sinceMs - 30_000) / 1000),
        include_all_metadata: true,
        limit: 100,
        ...(cursor === undefined ? {} : { cursor }),
      });
      const { messages, response_metadata } = messagesSchema.parse(answer);
      found.push(...messages);
      cursor = response_metadata?.next_cursor;
      if (cursor === undefined || cursor === '') break;
    }
  } catch (error) {
    if (!(error instanceof HitlError) && !(error instanceof z.ZodError)) throw error;
  }
  return found;
}
