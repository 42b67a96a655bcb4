import { type ShownApproval, shownApprovalSchema } from './jobs.ts';

/** `action_id`s of everything that can be clicked: what is drawn and what is listened to is the same list. */
export const actionIds = {
  approve: 'hitl_approve',
  reject: 'hitl_reject',
  edit: 'hitl_edit',
  /** `value` is the run's id. */
  stop: 'hitl_stop',
  /** A link to the page; Slack sends a click on a link too, which only has to be acknowledged. */
  open: 'hitl_open',
} as const;

/** `callback_id`s of the modals. */
export const modalIds = { reject: 'hitl_reject_modal', edit: 'hitl_edit_modal' } as const;

/** Inputs of the modals. An input holds 3,000 characters: longer arguments go on in `hitl_arguments_1`, … in order. */
export const modalBlocks = { reason: 'hitl_reason', argumentsPrefix: 'hitl_arguments_' } as const;
/** `action_id` of every input element in the modals. */
export const modalInputId = 'value';

/**
 * A card's Approve, Reject and Edit buttons carry this as `value`: ids and digests, never an argument (anybody in the channel
 * may read it).
 */
export function encodeButtonValue(shown: ShownApproval): string {
  return JSON.stringify([
    shown.approval_id,
    shown.digest,
    ...(shown.rendered_digest === undefined ? [] : [shown.rendered_digest]),
  ]);
}

/** `undefined` for whatever `encodeButtonValue` did not make. */
export function decodeButtonValue(value: string): ShownApproval | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length > 3) return undefined;
  const [approval_id, digest, rendered_digest] = parts as unknown[];
  const parsed = shownApprovalSchema.safeParse({ approval_id, digest, rendered_digest });
  return parsed.success ? parsed.data : undefined;
}
