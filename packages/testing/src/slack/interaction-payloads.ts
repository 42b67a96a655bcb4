import type { SlackFront } from './start-slack-front.ts';

export interface Clicker {
  readonly user: string;
  /** The person's own workspace, where it is not the one of the message. */
  readonly team_id?: string;
}

/** The element of a message with that action id, in the block of that id if one is named, and its block; throws where there is none to click. */
export function findElement(
  blocks: readonly Record<string, unknown>[] | undefined,
  actionId: string,
  blockId?: string,
): { readonly block_id: string; readonly element: Record<string, unknown> } {
  for (const [index, block] of (blocks ?? []).entries()) {
    if (blockId !== undefined && block.block_id !== blockId) continue;
    const elements = [
      ...(Array.isArray(block.elements) ? block.elements : []),
      ...(block.accessory === undefined ? [] : [block.accessory]),
    ] as Record<string, unknown>[];
    const element = elements.find(({ action_id }) => action_id === actionId);
    if (element !== undefined) return { block_id: String(block.block_id ?? `b${index}`), element };
  }
  const ids =
    JSON.stringify(blocks)
      ?.match(/"action_id":"[^"]+"/g)
      ?.join(', ') ?? 'none';
  throw new Error(`nothing to click with action id ${actionId}; there is: ${ids}`);
}

function baseOf(front: SlackFront, { user, team_id }: Clicker, nowMs: number): Record<string, unknown> {
  const { workspace } = front;
  const name = Object.entries(workspace.users).find(([, id]) => id === user)?.[0] ?? user;
  return {
    team: { id: workspace.team_id, domain: workspace.domain },
    enterprise:
      workspace.enterprise_id === undefined
        ? null
        : { id: workspace.enterprise_id, name: workspace.enterprise_id },
    user: { id: user, username: name, name, team_id: team_id ?? workspace.team_id },
    api_app_id: workspace.bot.app_id,
    token: 'legacy-verification-token',
    is_enterprise_install: false,
    action_ts: (nowMs / 1000).toFixed(6),
  };
}

/** A click on an element of a message that the front holds, with the message's own blocks. */
export async function blockActions(
  front: SlackFront,
  click: Clicker & {
    readonly channel: string;
    readonly message_ts: string;
    readonly thread_ts?: string;
    readonly action_id: string;
    /** Where several blocks have such a button. */
    readonly block_id?: string;
    /** Instead of what the button holds: what only somebody who pretends to be Slack can send. */
    readonly value?: string;
  },
  nowMs: number,
): Promise<Record<string, unknown>> {
  const { workspace } = front;
  const thread = click.thread_ts ?? click.message_ts;
  const message = (await front.messages(click.channel, thread)).find(({ ts }) => ts === click.message_ts);
  if (message === undefined) throw new Error(`there is no message ${click.message_ts} in ${click.channel}`);
  const { block_id, element } = findElement(message.blocks, click.action_id, click.block_id);
  const target = {
    team_id: workspace.team_id,
    channel: click.channel,
    user: click.user,
    message_ts: click.message_ts,
    ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
  };
  const { confirm: _confirm, ...shown } = element;
  const base = baseOf(front, click, nowMs);
  return {
    type: 'block_actions',
    ...base,
    container: {
      type: 'message',
      message_ts: click.message_ts,
      channel_id: click.channel,
      is_ephemeral: false,
      ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
    },
    trigger_id: front.createTrigger({ team_id: workspace.team_id, user: click.user }),
    channel: { id: click.channel, name: 'channel' },
    message,
    state: { values: {} },
    response_url: front.createResponseUrl(target),
    actions: [
      {
        ...shown,
        block_id,
        ...(click.value === undefined ? {} : { value: click.value }),
        action_ts: base.action_ts,
      },
    ],
  };
}

/** What somebody filled into a modal, by `block_id`; every input block's element gets the text. */
export function viewSubmission(
  front: SlackFront,
  submission: Clicker & { readonly view_id: string; readonly values: Readonly<Record<string, string>> },
  nowMs: number,
): Record<string, unknown> {
  const open = front.views().find(({ id }) => id === submission.view_id);
  if (open === undefined) throw new Error(`there is no view ${submission.view_id}`);
  const blocks = (open.view.blocks ?? []) as readonly Record<string, unknown>[];
  const values = Object.fromEntries(
    blocks.flatMap((block) => {
      if (block.type !== 'input') return [];
      const element = block.element as Record<string, unknown>;
      const blockId = String(block.block_id);
      const value = submission.values[blockId] ?? element.initial_value ?? null;
      return [[blockId, { [String(element.action_id)]: { type: element.type, value } }]];
    }),
  );
  const unknown = Object.keys(submission.values).filter((id) => !(id in values));
  if (unknown.length > 0) throw new Error(`the modal has no input ${unknown.join(', ')}`);
  return {
    type: 'view_submission',
    ...baseOf(front, submission, nowMs),
    trigger_id: front.createTrigger({ team_id: open.team_id, user: open.user, view_id: open.id }),
    view: {
      private_metadata: '',
      callback_id: '',
      external_id: '',
      ...open.view,
      id: open.id,
      team_id: open.team_id,
      hash: open.hash,
      root_view_id: open.root_view_id,
      previous_view_id: open.previous_view_id,
      app_id: front.workspace.bot.app_id,
      bot_id: front.workspace.bot.bot_id,
      state: { values },
    },
    response_urls: [],
  };
}
