import { isoNow } from '@hitl/core';
import type { SlackJob, SlackPlace } from '../jobs.ts';
import { queueEntryOf } from '../queue-entry-of.ts';
import { acknowledged, json, refusedForGood } from './answer.ts';
import { deduplicate } from './deduplicate.ts';
import {
  type EventCallback,
  eventEnvelopeSchema,
  type MessageEvent,
  messageEventSchema,
  sessionStoppedEventSchema,
  teamAccessRevokedEventSchema,
  tokensRevokedEventSchema,
} from './event-envelope.ts';
import type { SlackIngressDeps } from './ingress-deps.ts';
import { botUserOf, installationOf } from './installation-of.ts';
import { isKnownThread, rememberThread } from './known-threads.ts';
import { type Addressing, addressingOf, isFromPerson } from './message-addressing.ts';
import { plainText } from './plain-text.ts';

/**
 * One delivery to `/events`, its signature checked. Answers 200 only when there is nothing to do or the queue has it: anything
 * that fails before is delivered again by Slack.
 */
export async function handleEvent(deps: SlackIngressDeps, body: unknown): Promise<Response> {
  const parsed = eventEnvelopeSchema.safeParse(body);
  if (!parsed.success) {
    deps.log.warn('event not understood', { errors: parsed.error.issues.map(({ path }) => path.join('.')) });
    return refusedForGood(400, 'not an event');
  }
  const envelope = parsed.data;
  switch (envelope.type) {
    case 'url_verification':
      return json({ challenge: envelope.challenge });
    case 'app_rate_limited':
      deps.log.error('Slack drops events of a workspace: over 30,000 deliveries in an hour', {
        team_id: envelope.team_id,
        minute_rate_limited: envelope.minute_rate_limited,
      });
      return acknowledged();
    case 'event_callback':
      await takeEvent(deps, envelope);
      return acknowledged();
  }
}

async function takeEvent(deps: SlackIngressDeps, envelope: EventCallback): Promise<void> {
  const { type } = envelope.event;
  if (type === 'message' || type === 'app_mention') return takeMessage(deps, envelope);
  const job = jobOfOther(deps, envelope);
  if (job === undefined) return;
  await deduplicate(deps.items, [eventKey(envelope)], () => deps.queue.send(queueEntryOf(job)));
}

async function takeMessage(deps: SlackIngressDeps, envelope: EventCallback): Promise<void> {
  const parsed = messageEventSchema.safeParse(envelope.event);
  const { team_id: teamId, enterprise_id: enterpriseId } = installationOf(envelope);
  // System messages have shapes of their own; a message without a workspace has nowhere to be answered.
  if (!parsed.success || teamId === undefined) return skipped(deps, envelope, 'shape');
  const event = parsed.data;
  const botUserId = botUserOf(envelope);
  if (!isFromPerson(event, botUserId)) return;
  const where = placeOf(event);
  const addressing = addressingOf(event, botUserId) ?? (await threadAddressing(deps, event, where));
  if (addressing === undefined) return;
  const messageKey = `message:${teamId}:${event.channel}:${event.ts}`;
  const job: SlackJob = {
    kind: 'message',
    job_id: messageKey,
    received_at: isoNow(deps.clock),
    team_id: teamId,
    ...(enterpriseId === undefined ? {} : { enterprise_id: enterpriseId }),
    who: { team_id: event.user_team ?? event.source_team ?? event.team ?? teamId, user_id: event.user },
    where,
    text: plainText(event.text ?? '', botUserId).slice(0, 40_000),
    addressed_by: addressing,
  };
  // A mention comes twice, as `app_mention` and as `message`, under two event ids.
  await deduplicate(deps.items, [eventKey(envelope), `slack-${messageKey}`], async () => {
    // Before the queue has it: a reply that comes at once must find that the bot is in the thread.
    await rememberThread(deps.items, where);
    await deps.queue.send(queueEntryOf(job));
  });
}

async function threadAddressing(
  deps: SlackIngressDeps,
  event: MessageEvent,
  where: SlackPlace,
): Promise<Addressing | undefined> {
  if (event.thread_ts == null || event.thread_ts === event.ts) return undefined;
  return (await isKnownThread(deps.items, where)) ? 'thread' : undefined;
}

function placeOf(event: MessageEvent): SlackPlace {
  return { channel_id: event.channel, thread_ts: event.thread_ts ?? event.ts, message_ts: event.ts };
}

function jobOfOther(deps: SlackIngressDeps, envelope: EventCallback): SlackJob | undefined {
  const { team_id: teamId, enterprise_id: enterpriseId } = installationOf(envelope);
  const common = {
    job_id: `event:${envelope.event_id}`,
    received_at: isoNow(deps.clock),
    ...(enterpriseId === undefined ? {} : { enterprise_id: enterpriseId }),
  };
  const uninstalled = { ...common, kind: 'uninstalled', event_time_seconds: envelope.event_time } as const;
  const team = teamId === undefined ? {} : { team_id: teamId };
  switch (envelope.event.type) {
    case 'app_uninstalled':
      return { ...uninstalled, ...team, reason: 'app_uninstalled' };
    case 'tokens_revoked': {
      // People's own tokens are revoked too when they leave; only the bot's is ours.
      const { data } = tokensRevokedEventSchema.safeParse(envelope.event);
      if (data?.tokens?.bot == null || data.tokens.bot.length === 0) return undefined;
      return { ...uninstalled, ...team, reason: 'tokens_revoked' };
    }
    case 'team_access_revoked': {
      const { data } = teamAccessRevokedEventSchema.safeParse(envelope.event);
      if (data === undefined) return undefined;
      return { ...uninstalled, ...team, reason: 'team_access_revoked', team_ids: data.team_ids };
    }
    case 'agent_session_stopped': {
      const { data } = sessionStoppedEventSchema.safeParse(envelope.event);
      if (data === undefined || teamId === undefined) return undefined;
      return {
        ...common,
        kind: 'stop',
        team_id: teamId,
        who: { team_id: data.user_team ?? teamId, user_id: data.user },
        where: { channel_id: data.channel, thread_ts: data.thread_ts },
        ...(data.streaming_message_ts == null ? {} : { streaming_message_ts: data.streaming_message_ts }),
      };
    }
    default:
      skipped(deps, envelope, 'type');
      return undefined;
  }
}

function skipped(deps: SlackIngressDeps, envelope: EventCallback, why: string): void {
  deps.log.info('event left alone', { event_id: envelope.event_id, type: envelope.event.type, why });
}

function eventKey(envelope: EventCallback): string {
  return `slack-event:${envelope.event_id}`;
}
