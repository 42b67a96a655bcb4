import type { z } from 'zod';
import { shownApprovalSchema, shownCallSchema } from './jobs.ts';

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

const buttonValueSchema = shownApprovalSchema.extend(shownCallSchema.shape);
/** `call_id` on the Edit button of one call among several. */
export type ButtonValue = z.infer<typeof buttonValueSchema>;

/**
 * A card's Approve, Reject and Edit buttons carry this as `value`: ids and digests, never an argument (anybody in the channel
 * may read it).
 */
export function encodeButtonValue({ approval_id, digest, rendered_digest, call_id }: ButtonValue): string {
  const parts = [approval_id, digest, rendered_digest ?? null, call_id ?? null];
  while (parts.at(-1) === null) parts.pop();
  return JSON.stringify(parts);
}

/** `undefined` for whatever `encodeButtonValue` did not make. */
export function decodeButtonValue(value: string): ButtonValue | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length > 4) return undefined;
  const [approval_id, digest, rendered_digest, call_id] = (parts as unknown[]).map(
    (part) => part ?? undefined,
  );
  const parsed = buttonValueSchema.safeParse({ approval_id, digest, rendered_digest, call_id });
  return parsed.success ? parsed.data : undefined;
}
