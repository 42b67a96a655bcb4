import { qualifiedName } from '@hitl/core';
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { modalBlocks, modalIds, modalInputId } from '../approval-controls.ts';
import { encodeModalMetadata, type ModalMetadata } from '../modal-metadata.ts';
import { elsewhere, pageButton } from './approval-buttons.ts';
import type { CallFacts } from './approval-facts.ts';
import { clip } from './clip.ts';
import { editInputs } from './edit-inputs.ts';
import { bold, foreign, own, richText, section } from './rich-text.ts';

/**
 * The form for a call's arguments, as JSON over as many inputs as it takes; what was typed is their texts one after the other, with a
 * line feed between. Without inputs (and so without Submit) where Slack can't hold them.
 */
export function renderEditModal(
  call: Pick<CallFacts, 'call_id' | 'server' | 'tool' | 'arguments'>,
  metadata: ModalMetadata,
  options: {
    readonly pageUrl?: string | undefined;
    /** Which of the request's calls it is, where there are several; the first is 1. */
    readonly position?: { readonly number: number; readonly of: number } | undefined;
  } = {},
): ModalView {
  const { position } = options;
  const inputs = editInputs(call.arguments);
  const intro = richText('intro', [
    section(
      ...(position === undefined ? [] : [own(`Call ${position.number} of ${position.of}: `)]),
      bold(clip(qualifiedName(call), 300)),
    ),
    section(
      own(
        'A change is decided anew by the policy, makes earlier votes void, and you can no longer vote on it.',
      ),
    ),
  ]);
  if (inputs === undefined)
    return editModal(metadata, [
      intro,
      richText('too-large', [
        section(
          own(
            `These arguments are too large for Slack's form. Please edit them ${elsewhere(options.pageUrl)}.`,
          ),
        ),
      ]),
      ...pageActions(options.pageUrl),
    ]);
  return {
    ...editModal({ ...metadata, call_id: call.call_id }, [
      intro,
      ...inputs.map((text, index) => argumentsInput(text, index, inputs.length)),
    ]),
    submit: { type: 'plain_text', text: 'Change' },
  };
}

/** Instead of the form, where editing is not possible (any more). */
export function renderEditRefusedModal(
  reason: string,
  metadata: ModalMetadata,
  options: { readonly pageUrl?: string | undefined } = {},
): ModalView {
  return editModal(metadata, [
    richText('refusal', [section(own('Nothing was changed. '), foreign(clip(reason, 1_000)))]),
    ...pageActions(options.pageUrl),
  ]);
}

function editModal(metadata: ModalMetadata, blocks: KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: modalIds.edit,
    private_metadata: encodeModalMetadata(metadata),
    title: { type: 'plain_text', text: 'Edit arguments' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks,
  };
}

function argumentsInput(text: string, index: number, count: number): InputBlock {
  return {
    type: 'input',
    block_id: `${modalBlocks.argumentsPrefix}${index}`,
    label: {
      type: 'plain_text',
      text: count === 1 ? 'Arguments' : `Arguments, part ${index + 1} of ${count}`,
    },
    element: {
      type: 'plain_text_input',
      action_id: modalInputId,
      multiline: true,
      initial_value: text,
      max_length: 3_000,
    },
  };
}

function pageActions(url: string | undefined): KnownBlock[] {
  const buttons = pageButton(url);
  return buttons.length === 0 ? [] : [{ type: 'actions', block_id: 'actions', elements: buttons }];
}
