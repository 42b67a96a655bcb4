import type { ItemStore } from '@hitl/core';
import { conversationOf, type SlackPlace } from '../jobs.ts';

/** A thread that nobody wrote in for so long is over; a mention takes it up again, in the same session. */
const keptSeconds = 180 * 24 * 60 * 60;

/**
 * The threads that the bot is in, where a reply is meant for it. Kept beside the sessions, so that what stands open to the
 * internet needs no right on conversations. Whoever opens a thread on the bot's behalf remembers it.
 */
export async function rememberThread(items: ItemStore, place: SlackPlace): Promise<void> {
  await items.put(keyOf(place), {}, { ifVersion: 'any', ttlSeconds: keptSeconds });
}

export async function isKnownThread(items: ItemStore, place: SlackPlace): Promise<boolean> {
  return (await items.get(keyOf(place))) !== undefined;
}

function keyOf(place: SlackPlace): string {
  return `slack-thread:${conversationOf(place)}`;
}
