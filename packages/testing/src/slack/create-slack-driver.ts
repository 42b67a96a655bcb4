import type { Clock } from '@hitl/core';
import {
  type DeliveryOptions,
  type SignedDelivery,
  type SlackRetryReason,
  signDelivery,
} from './delivery.ts';
import { eventEnvelope, mentionEvent, messageEvent, type SpokenMessage } from './event-payloads.ts';
import { blockActions, type Clicker, viewSubmission } from './interaction-payloads.ts';
import { slackDriverPaths } from './slack-driver-paths.ts';
import type { SlackFront } from './start-slack-front.ts';

export interface SlackDriverOptions {
  readonly signingSecret: string;
  /** The app's end: a `fetch` to where it listens, or its handler itself. */
  readonly send: (request: Request) => Promise<Response>;
  readonly clock: Clock;
  /** Where people, messages, modals and triggers are. */
  readonly front: SlackFront;
  /** Scheme and host of the app. Default: `http://app.invalid`, for handlers that are called directly. */
  readonly baseUrl?: string;
  readonly paths?: Partial<typeof slackDriverPaths>;
}

export interface Said {
  readonly channel: string;
  readonly ts: string;
  /** The thread that an answer belongs into. */
  readonly thread_ts: string;
  readonly event_ids: readonly string[];
  readonly responses: readonly Response[];
  /** As they were sent, to be sent again. */
  readonly deliveries: readonly SignedDelivery[];
}

type Speech = {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly thread_ts?: string;
};
export type Click = Parameters<typeof blockActions>[1];

/** Slack's side of the wire: it sends what Slack sends, signed as Slack signs it, or spoilt in a chosen way. */
export interface SlackDriver {
  /** A mention of the app: a message in the channel, told twice (`app_mention` and `message`), under two event ids. */
  mention(speech: Speech, options?: DeliveryOptions & { readonly twin?: boolean }): Promise<Said>;
  /** A message without a mention: a reply in a thread, or in a direct conversation. */
  message(speech: Speech, options?: DeliveryOptions): Promise<Said>;
  /** Any event, in an envelope of its own. */
  event(
    event: Readonly<Record<string, unknown>>,
    options?: DeliveryOptions & { envelope?: object },
  ): Promise<Said>;
  /** What the app's own edit of a message comes back as. */
  echo(channel: string, ts: string, options?: DeliveryOptions): Promise<Said>;
  /** Sends a delivery again as Slack does when it heard nothing in time: same body and event id, signed anew. */
  retry(delivery: SignedDelivery, number: number, reason?: SlackRetryReason): Promise<Response>;
  /** Somebody presses a button of a message that the front holds. */
  click(click: Click, options?: DeliveryOptions): Promise<Response>;
  /** Somebody submits the open modal. Slack closes it on an empty answer, and keeps it on `errors`. */
  submit(
    submission: Clicker & { readonly view_id: string; readonly values: Readonly<Record<string, string>> },
    options?: DeliveryOptions,
  ): Promise<Response>;
  command(
    command: Clicker & { readonly channel: string; readonly command: string; readonly text?: string },
    options?: DeliveryOptions,
  ): Promise<Response>;
  urlVerification(challenge: string, options?: DeliveryOptions): Promise<Response>;
  /** A body as it is, to where Slack would send it. */
  raw(path: string, contentType: string, body: string, options?: DeliveryOptions): Promise<Response>;
  /** The signed delivery of a body, not sent: for handlers that take another shape, see `toHttpApiEvent`. */
  sign(path: string, contentType: string, body: string, options?: DeliveryOptions): SignedDelivery;
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

export function createSlackDriver(options: SlackDriverOptions): SlackDriver {
  const { front, clock, signingSecret } = options;
  const baseUrl = options.baseUrl ?? 'http://app.invalid';
  const paths = { ...slackDriverPaths, ...options.paths };
  const { workspace } = front;

  const sign: SlackDriver['sign'] = (path, contentType, body, how) =>
    signDelivery({ clock, signingSecret }, { url: new URL(path, baseUrl).href, contentType, body }, how);
  const post = ({ url, headers, body }: SignedDelivery): Promise<Response> =>
    options.send(new Request(url, { method: 'POST', headers, body }));
  const raw: SlackDriver['raw'] = (path, contentType, body, how) => post(sign(path, contentType, body, how));
  const interaction = (payload: object, how?: DeliveryOptions): Promise<Response> =>
    raw(paths.interactions, form, new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), how);

  const tell = async (
    where: Pick<Said, 'channel' | 'ts' | 'thread_ts'>,
    events: readonly Readonly<Record<string, unknown>>[],
    how?: DeliveryOptions & { envelope?: object },
  ): Promise<Said> => {
    const envelopes = events.map((event) =>
      eventEnvelope(
        {
          team_id: workspace.team_id,
          app_id: workspace.bot.app_id,
          bot_user_id: workspace.bot.user_id,
          enterprise_id: workspace.enterprise_id,
          nowMs: clock.now(),
        },
        event,
        { ...how?.envelope },
      ),
    );
    const deliveries = envelopes.map((envelope) => sign(paths.events, json, JSON.stringify(envelope), how));
    return {
      ...where,
      event_ids: envelopes.map(({ event_id }) => event_id),
      // Slack sends twins at the same time, in no order.
      responses: await Promise.all(deliveries.map(post)),
      deliveries,
    };
  };
  const speak = async (speech: Speech): Promise<SpokenMessage> => ({
    ...speech,
    ts: await front.say(speech),
    team_id: workspace.team_id,
  });
  const placeOf = ({ channel, ts, thread_ts }: SpokenMessage) => ({
    channel,
    ts,
    thread_ts: thread_ts ?? ts,
  });

  return {
    sign,
    raw,
    async mention(speech, how) {
      const text = `<@${workspace.bot.user_id}> ${speech.text}`;
      const spoken = await speak({ ...speech, text });
      const twins = how?.twin === false ? [] : [messageEvent(spoken)];
      return tell(placeOf(spoken), [mentionEvent(spoken), ...twins], how);
    },
    async message(speech, how) {
      const spoken = await speak(speech);
      return tell(placeOf(spoken), [messageEvent(spoken)], how);
    },
    event(event, how) {
      const ts = String(event.ts ?? event.event_ts ?? '');
      const channel = String(event.channel ?? '');
      return tell({ channel, ts, thread_ts: String(event.thread_ts ?? ts) }, [event], how);
    },
    async echo(channel, ts, how) {
      const thread = await front.messages(channel, ts);
      const message = thread.find((each) => each.ts === ts);
      const event = {
        type: 'message',
        subtype: 'message_changed',
        hidden: true,
        channel,
        channel_type: 'channel',
        ts: (clock.now() / 1000).toFixed(6),
        event_ts: (clock.now() / 1000).toFixed(6),
        message,
        previous_message: message,
      };
      return tell({ channel, ts, thread_ts: message?.thread_ts ?? ts }, [event], how);
    },
    retry({ url, headers, body }, number, reason) {
      const retry = { number, ...(reason === undefined ? {} : { reason }) };
      return raw(new URL(url).pathname, headers['content-type'] ?? json, body, { retry });
    },
    async click(click, how) {
      return interaction(await blockActions(front, click, clock.now()), how);
    },
    async submit(submission, how) {
      const response = await interaction(viewSubmission(front, submission, clock.now()), how);
      await followSubmission(front, submission.view_id, response.clone());
      return response;
    },
    command({ user, team_id, channel, command, text = '' }, how) {
      const target = { team_id: workspace.team_id, channel, user };
      const body = new URLSearchParams({
        token: 'legacy-verification-token',
        team_id: team_id ?? workspace.team_id,
        team_domain: workspace.domain,
        ...(workspace.enterprise_id === undefined ? {} : { enterprise_id: workspace.enterprise_id }),
        channel_id: channel,
        channel_name: 'channel',
        user_id: user,
        user_name: user,
        command,
        text,
        api_app_id: workspace.bot.app_id,
        is_enterprise_install: 'false',
        response_url: front.createResponseUrl(target),
        trigger_id: front.createTrigger({ team_id: workspace.team_id, user }),
      });
      return raw(paths.commands, form, body.toString(), how);
    },
    urlVerification: (challenge, how) =>
      raw(paths.events, json, JSON.stringify({ token: 'x', challenge, type: 'url_verification' }), how),
  };
}

/** What the app's answer does to the modal, as in Slack's client. */
async function followSubmission(front: SlackFront, viewId: string, response: Response): Promise<void> {
  if (!response.ok) return;
  const text = await response.text();
  const answer = text === '' ? {} : (JSON.parse(text) as { response_action?: string });
  if (answer.response_action === undefined) front.closeView(viewId);
  if (answer.response_action === 'clear') {
    const root = front.views().find(({ id }) => id === viewId)?.root_view_id;
    for (const view of front.views()) if (view.root_view_id === root) front.closeView(view.id);
  }
}
