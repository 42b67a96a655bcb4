import { actionIds, type ButtonValue, decodeButtonValue } from '../approval-controls.ts';
import { isTokenRefused } from '../call/slack-refused-error.ts';
import type { SlackPlace } from '../jobs.ts';
import { queueEntryOf } from '../queue-entry-of.ts';
import { acknowledged, refusedForGood } from './answer.ts';
import { editModalPlaceholder, rejectModal } from './approval-modals.ts';
import { type ClickOrigin, clickOrigin } from './click-origin.ts';
import type { SlackIngressDeps } from './ingress-deps.ts';
import type { BlockActions } from './interaction-payload.ts';
import { tellClicker } from './tell-clicker.ts';

interface Click {
  readonly origin: ClickOrigin;
  readonly payload: BlockActions;
  readonly actionId: string;
  readonly value: string;
  readonly place: SlackPlace | undefined;
  readonly unique: readonly string[];
}

/** A click on a card. What was decided already is queued all the same: the worker knows by whom, and says so. */
export async function handleBlockAction(deps: SlackIngressDeps, payload: BlockActions): Promise<Response> {
  const origin = clickOrigin(deps, payload);
  const [action] = payload.actions;
  if (origin === undefined || action === undefined) return refusedForGood(400, 'no workspace');
  const { action_id: actionId } = action;
  const value = action.value ?? '';
  const click: Click = {
    origin,
    payload,
    actionId,
    value,
    place: placeOf(payload),
    unique: [actionId, value, action.action_ts ?? payload.trigger_id ?? ''],
  };
  switch (actionId) {
    case actionIds.approve:
    case actionIds.reject:
    case actionIds.edit:
      await takeApprovalClick(deps, click);
      break;
    case actionIds.stop:
      await deps.queue.send(
        queueEntryOf({
          kind: 'stop',
          ...clickFields(click),
          ...(value === '' || value.length > 200 ? {} : { run_id: value }),
        }),
      );
      break;
    case actionIds.open:
      break;
    default:
      deps.log.info('click left alone', { action_id: actionId });
  }
  return acknowledged();
}

async function takeApprovalClick(deps: SlackIngressDeps, click: Click): Promise<void> {
  const pressed = decodeButtonValue(click.value);
  if (pressed === undefined) {
    deps.log.warn('button of an unknown kind', { action_id: click.actionId });
    await tellClicker(deps, click.payload.response_url, 'This card can’t be used any more.');
    return;
  }
  const { call_id: _call, ...shown } = pressed;
  if (click.actionId === actionIds.approve) {
    await deps.queue.send(
      queueEntryOf({ kind: 'vote', ...clickFields(click), ...shown, decision: 'approve' }),
    );
    return;
  }
  await openModal(deps, click, click.actionId === actionIds.edit ? pressed : shown);
}

/** Within the trigger's three seconds. What fails here the person can only do again, so they are told. */
async function openModal(deps: SlackIngressDeps, click: Click, shown: ButtonValue): Promise<void> {
  const { origin, payload, place } = click;
  const metadata = { ...shown, ...(place === undefined ? {} : { where: place }) };
  const isEdit = click.actionId === actionIds.edit;
  let answer: Readonly<Record<string, unknown>>;
  try {
    const call = {
      method: 'views.open',
      arguments: {
        trigger_id: payload.trigger_id ?? '',
        view: isEdit ? editModalPlaceholder(metadata) : rejectModal(metadata),
      },
    };
    const token = await deps.botToken(origin.installation);
    answer = await deps.slack({ ...call, token }).catch(async (error: unknown) => {
      const other = isTokenRefused(error) ? await deps.botToken(origin.installation, token) : token;
      if (other === token) throw error;
      return deps.slack({ ...call, token: other });
    });
  } catch (error) {
    deps.log.warn('modal not opened', { error, approval_id: shown.approval_id });
    await tellClicker(deps, payload.response_url, 'The dialog could not be opened. Press the button again.');
    return;
  }
  if (!isEdit) return;
  const view = answer.view as { readonly id?: unknown; readonly hash?: unknown } | undefined;
  if (typeof view?.id !== 'string') return;
  await deps.queue.send(
    queueEntryOf({
      kind: 'fill-edit-modal',
      ...clickFields(click),
      ...shown,
      view_id: view.id,
      ...(typeof view.hash === 'string' ? { view_hash: view.hash } : {}),
    }),
  );
}

function clickFields({ origin, place, payload, unique }: Click) {
  return {
    ...origin.jobFields(unique),
    ...(place === undefined ? {} : { where: place }),
    ...(payload.response_url == null ? {} : { response_url: payload.response_url }),
  };
}

function placeOf({ container, channel, message }: BlockActions): SlackPlace | undefined {
  const channelId = container?.channel_id ?? channel?.id;
  const messageTs = container?.message_ts ?? message?.ts;
  if (channelId == null || messageTs == null) return undefined;
  const threadTs = container?.thread_ts ?? message?.thread_ts ?? messageTs;
  return { channel_id: channelId, thread_ts: threadTs, message_ts: messageTs };
}
