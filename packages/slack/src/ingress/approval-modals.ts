import { modalBlocks, modalIds, modalInputId } from '../approval-controls.ts';
import { encodeModalMetadata, type ModalMetadata } from '../modal-metadata.ts';

/** A reason can be this long; the same bound holds in every channel. */
export const maximumReasonLength = 2000;

/** Asks for the reason of a rejection. Complete at once: it needs nothing but what the button carried. */
export function rejectModal(metadata: ModalMetadata): Readonly<Record<string, unknown>> {
  return {
    type: 'modal',
    callback_id: modalIds.reject,
    private_metadata: encodeModalMetadata(metadata),
    title: plain('Reject'),
    submit: plain('Reject'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'input',
        block_id: modalBlocks.reason,
        label: plain('Why?'),
        hint: plain('The requester reads it, and it stays on the record.'),
        element: {
          type: 'plain_text_input',
          action_id: modalInputId,
          multiline: true,
          min_length: 1,
          max_length: maximumReasonLength,
        },
      },
    ],
  };
}

/** Holds the place within the trigger's three seconds; without inputs it has no Submit. The worker puts the arguments in. */
export function editModalPlaceholder(metadata: ModalMetadata): Readonly<Record<string, unknown>> {
  return {
    type: 'modal',
    callback_id: modalIds.edit,
    private_metadata: encodeModalMetadata(metadata),
    title: plain('Edit arguments'),
    close: plain('Cancel'),
    blocks: [{ type: 'section', text: plain('Loading the arguments …') }],
  };
}

function plain(text: string): Readonly<Record<string, unknown>> {
  return { type: 'plain_text', text };
}
