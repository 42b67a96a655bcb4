import type { MessageEvent } from './event-envelope.ts';
import { mentions } from './plain-text.ts';

export type Addressing = 'mention' | 'direct' | 'thread';

/** Subtypes that are a person's own new message; all others are joins, edits, deletions, bots and the like. */
const personalSubtypes = new Set(['thread_broadcast', 'file_share', 'me_message']);

/** A new message of a person. Our own messages come back to us as events: taking one up would never end. */
export function isFromPerson(
  event: MessageEvent,
  botUserId: string | undefined,
): event is MessageEvent & { user: string } {
  if (event.user == null || event.user === botUserId || event.user === 'USLACKBOT') return false;
  if (event.bot_id != null || event.bot_profile != null) return false;
  // An edit that adds a mention is delivered as a new mention, of a message that may be days old.
  if (event.hidden === true || event.edited != null) return false;
  return event.subtype == null || personalSubtypes.has(event.subtype);
}

/** How the message itself addresses the bot; a reply in the bot's own thread does so without a word. */
export function addressingOf(event: MessageEvent, botUserId: string | undefined): Addressing | undefined {
  if (event.type === 'app_mention' || mentions(event.text ?? '', botUserId)) return 'mention';
  return event.channel_type === 'im' ? 'direct' : undefined;
}
