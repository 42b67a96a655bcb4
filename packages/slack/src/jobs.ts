import { z } from 'zod';

/** Ids are opaque to us, but they become part of keys and secret names. */
export const slackIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a Slack id');
/** Message timestamps identify messages; they are texts, never numbers (a float loses digits). */
export const slackTimestampSchema = z.string().regex(/^\d{1,16}\.\d{1,9}$/, 'must be a message timestamp');
const internalId = z.string().min(1).max(200);
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
const responseUrl = z.url({ protocol: /^https?$/ }).max(2000);

/** The account that acts, as Slack signed it. `team_id` is the person's own workspace, which in a shared channel is not ours. */
export const slackAccountSchema = z.object({ team_id: slackIdSchema, user_id: slackIdSchema });
export type SlackAccount = z.infer<typeof slackAccountSchema>;

/** `slack:TEAM/USER`, the link by which the directory knows the account. */
export function slackLinkOf(account: SlackAccount): string {
  return `slack:${account.team_id}/${account.user_id}`;
}

/** A message and the thread that it is in; for a message that is in none, `thread_ts` is its own timestamp. */
export const slackPlaceSchema = z.object({
  channel_id: slackIdSchema,
  thread_ts: slackTimestampSchema,
  message_ts: slackTimestampSchema.optional(),
});
export type SlackPlace = z.infer<typeof slackPlaceSchema>;

/** `channel:thread_ts`, the key of a thread's session and of its turn in the queue. */
export function conversationOf(place: SlackPlace): string {
  return `${place.channel_id}:${place.thread_ts}`;
}

/** What every job that came out of Slack carries. */
const fromSlack = {
  /** The same for every delivery of the same thing; whoever does jobs keeps it to do none twice. */
  job_id: z.string().min(1).max(256),
  /** When the ingress took it. */
  received_at: z.iso.datetime(),
  /** The workspace that the answer goes to (methods of an org-wide token need it). */
  team_id: slackIdSchema,
  /** Set where the app is installed for the whole organisation: then the token is kept under this id, else under `team_id`. */
  enterprise_id: slackIdSchema.optional(),
};

/** What a card's button says about the card: the request and what was shown of it. */
export const shownApprovalSchema = z.object({
  approval_id: internalId,
  digest,
  rendered_digest: digest.optional(),
});
export type ShownApproval = z.infer<typeof shownApprovalSchema>;

/** Which of the request's calls is meant; may be missing where it holds one. */
export const shownCallSchema = z.object({ call_id: internalId.optional() });

/** Where a click came from; a modal that was opened by a command has no card. */
const click = {
  ...fromSlack,
  who: slackAccountSchema,
  where: slackPlaceSchema.optional(),
  /** Accepts a few answers within half an hour. */
  response_url: responseUrl.optional(),
};

const messageJob = z.object({
  kind: z.literal('message'),
  ...fromSlack,
  who: slackAccountSchema,
  where: slackPlaceSchema,
  /** Plain text: the bot's mention taken out, links shown by their target. May be empty. */
  text: z.string().max(40_000),
  /** How the bot was addressed: by name, in a direct message, or by going on in a thread that it is in. */
  addressed_by: z.enum(['mention', 'direct', 'thread']),
});

const voteJob = z.object({
  kind: z.literal('vote'),
  ...click,
  ...shownApprovalSchema.shape,
  decision: z.enum(['approve', 'reject']),
  reason: z.string().min(1).max(2000).optional(),
});

const editJob = z.object({
  kind: z.literal('edit'),
  ...click,
  ...shownApprovalSchema.shape,
  ...shownCallSchema.shape,
  /** JSON text of an object, checked to be one. */
  arguments_json: z.string().min(2).max(100_000),
});

/** A placeholder modal is open and waits for the call's arguments. */
const fillEditModalJob = z.object({
  kind: z.literal('fill-edit-modal'),
  ...click,
  ...shownApprovalSchema.shape,
  ...shownCallSchema.shape,
  view_id: slackIdSchema,
  /** `views.update` with it fails when the person closed or submitted the modal in between. */
  view_hash: z.string().max(200).optional(),
});

/** Someone pressed Stop: `run_id` when it was our button, else whatever runs in the thread. */
const stopJob = z.object({
  kind: z.literal('stop'),
  ...click,
  run_id: internalId.optional(),
  /** Messages that Slack stopped streaming by itself. */
  streaming_message_ts: z.array(slackTimestampSchema).max(100).optional(),
});

const commandJob = z.object({
  kind: z.literal('command'),
  ...fromSlack,
  who: slackAccountSchema,
  channel_id: slackIdSchema,
  response_url: responseUrl,
  command: z.discriminatedUnion('name', [
    z.object({ name: z.literal('pending') }),
    z.object({ name: z.literal('show'), id: internalId }),
    z.object({ name: z.literal('run'), text: z.string().min(1).max(8000) }),
  ]),
});

/** The token is void: what is kept of the installation goes, unless it was installed anew since. */
const uninstalledJob = z.object({
  kind: z.literal('uninstalled'),
  ...fromSlack,
  /** Missing for an org-wide installation. */
  team_id: slackIdSchema.optional(),
  reason: z.enum(['app_uninstalled', 'tokens_revoked', 'team_access_revoked']),
  /** Slack's own time of the event, epoch seconds. */
  event_time_seconds: z.int().min(0),
  /** Workspaces that lost access to an org-wide installation, which itself stays. */
  team_ids: z.array(slackIdSchema).max(100).optional(),
});

/** People are to be told. Made inside the system, for the workspace that the worker is configured for. */
const notifyJob = z.object({
  kind: z.literal('notify'),
  job_id: z.string().min(1).max(256),
  event: z.enum([
    'approval-requested',
    'approval-reminded',
    'approval-escalated',
    'approval-decided',
    'run-finished',
  ]),
  run_id: internalId,
  approval_id: internalId.optional(),
  /** Principals and groups, as the policy names them. */
  to: z.array(z.string().min(1).max(300)).max(500),
  /** The run's sequence at that moment: a later one is newer. */
  sequence: z.int().min(0),
});

/** Cards of a request that could not be drawn when it changed. */
const redrawJob = z.object({
  kind: z.literal('redraw'),
  job_id: z.string().min(1).max(256),
  approval_id: internalId,
});

/** Go on showing a run in a thread, where a worker's time ended. */
const followJob = z.object({
  kind: z.literal('follow'),
  ...fromSlack,
  who: slackAccountSchema.optional(),
  where: slackPlaceSchema,
  run_id: internalId,
  /** The message that shows the run, `where.message_ts`, is streamed natively. */
  is_streaming: z.boolean().optional(),
  /** How often it was handed on; bounds it. */
  hops: z.int().min(0).max(1000).default(0),
});

/** Work that the ingress hands to the worker: ids and texts only, never a token, well under a queue's 200 KB. */
export const slackJobSchema = z.discriminatedUnion('kind', [
  messageJob,
  voteJob,
  editJob,
  fillEditModalJob,
  stopJob,
  commandJob,
  uninstalledJob,
  notifyJob,
  redrawJob,
  followJob,
]);
export const slackJobKinds = slackJobSchema.options.map(({ shape }) => shape.kind.value);
export type SlackJob = z.infer<typeof slackJobSchema>;
export type SlackJobOf<K extends SlackJob['kind']> = Extract<SlackJob, { readonly kind: K }>;
