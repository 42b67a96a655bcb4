import type { ActionsBlock, Button, ConfirmationDialog } from '@slack/types';
import { actionIds, encodeButtonValue } from '../approval-controls.ts';
import type { ApprovalFacts } from './approval-facts.ts';
import { editInputs } from './edit-inputs.ts';

/** Approve, Reject, Edit and the page. Edit is offered where a modal can hold the arguments, else the page and the command line do it. */
export function approvalButtons(
  facts: ApprovalFacts,
  renderedDigest: string,
  pageUrl: string | undefined,
): ActionsBlock {
  const { approval_id, digest } = facts;
  const value = encodeButtonValue({ approval_id, digest, rendered_digest: renderedDigest });
  const isGrave = facts.calls.some((call) => call.category === 'destructive');
  const [call] = facts.calls;
  const isEditable =
    facts.calls.length === 1 && call !== undefined && editInputs(call.arguments) !== undefined;
  return actions([
    {
      ...button('Approve', actionIds.approve, value),
      style: 'primary',
      ...(isGrave ? { confirm: destructiveConfirm } : {}),
    },
    { ...button('Reject', actionIds.reject, value), style: 'danger' },
    ...(isEditable ? [button('Edit arguments', actionIds.edit, value)] : []),
    ...pageButton(pageUrl),
  ]);
}

/**
 * The Edit button of each call where there are several, to stand with its call; by position, and none where a modal can't hold the
 * arguments.
 */
export function editButtons(facts: ApprovalFacts, renderedDigest: string): (ActionsBlock | undefined)[] {
  const { approval_id, digest, calls } = facts;
  return calls.map(({ call_id, arguments: args }, index) => {
    if (calls.length === 1 || editInputs(args) === undefined) return undefined;
    const value = encodeButtonValue({ approval_id, digest, rendered_digest: renderedDigest, call_id });
    return {
      ...actions([button(`Edit arguments of ${index + 1}`, actionIds.edit, value)]),
      block_id: `edit-${index + 1}`,
    };
  });
}

const destructiveConfirm: ConfirmationDialog = {
  title: { type: 'plain_text', text: 'Approve a destructive change?' },
  text: {
    type: 'plain_text',
    text: 'What it removes may not come back. It is executed as soon as the last vote is in.',
  },
  confirm: { type: 'plain_text', text: 'Approve' },
  deny: { type: 'plain_text', text: 'Not yet' },
  style: 'danger',
};

export function button(text: string, actionId: string, value: string): Button {
  return { type: 'button', text: { type: 'plain_text', text }, action_id: actionId, value };
}

/** Nothing where there is no page, or where its address is none that Slack takes. */
export function pageButton(url: string | undefined): Button[] {
  if (url === undefined || url.length > 3_000 || !/^https?:$/.test(protocolOf(url))) return [];
  return [
    { type: 'button', text: { type: 'plain_text', text: 'Open page' }, action_id: actionIds.open, url },
  ];
}

function protocolOf(url: string): string {
  return URL.parse(url)?.protocol ?? '';
}

export function actions(elements: readonly Button[]): ActionsBlock {
  return { type: 'actions', block_id: 'actions', elements: [...elements] };
}

/** Where everything can be read, changed and decided that Slack has no room for. */
export function elsewhere(pageUrl: string | undefined): string {
  return pageButton(pageUrl).length > 0 ? 'on its page' : 'on the command line';
}
