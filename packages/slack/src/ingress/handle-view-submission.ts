import { HitlError } from '@hitl/core';
import { modalBlocks, modalIds } from '../approval-controls.ts';
import type { SlackJob } from '../jobs.ts';
import { decodeModalMetadata } from '../modal-metadata.ts';
import { queueEntryOf } from '../queue-entry-of.ts';
import { acknowledged, json, refusedForGood } from './answer.ts';
import { maximumReasonLength } from './approval-modals.ts';
import { clickOrigin } from './click-origin.ts';
import type { SlackIngressDeps } from './ingress-deps.ts';
import type { ViewSubmission } from './interaction-payload.ts';
import { isReadable, readArguments } from './read-arguments.ts';

/** A submitted modal. What is wrong with the input is said at the input, while the modal is still open. */
export async function handleViewSubmission(
  deps: SlackIngressDeps,
  payload: ViewSubmission,
): Promise<Response> {
  const origin = clickOrigin(deps, payload);
  if (origin === undefined) return refusedForGood(400, 'no workspace');
  const { view } = payload;
  const metadata = decodeModalMetadata(view.private_metadata ?? '');
  const isOurs = view.callback_id === modalIds.reject || view.callback_id === modalIds.edit;
  if (metadata === undefined || !isOurs) {
    deps.log.warn('modal of an unknown kind', { callback_id: view.callback_id });
    return acknowledged();
  }
  const { where, call_id: callId, ...shown } = metadata;
  const inputs = inputsOf(view);
  const place = where === undefined ? {} : { where };
  let job: SlackJob;
  let firstInput: string;
  if (view.callback_id === modalIds.reject) {
    firstInput = modalBlocks.reason;
    const reason = (inputs.get(firstInput) ?? '').trim();
    if (reason === '') return inputError(firstInput, 'Say why: a rejection needs a reason.');
    if (reason.length > maximumReasonLength)
      return inputError(firstInput, `A reason may have ${maximumReasonLength} characters.`);
    const fields = origin.jobFields([modalIds.reject, view.id, reason]);
    job = { kind: 'vote', ...fields, ...place, ...shown, decision: 'reject', reason };
  } else {
    const read = readArguments(inputs);
    if (!isReadable(read)) return inputError(read.block_id, read.message);
    firstInput = read.block_id;
    const fields = origin.jobFields([modalIds.edit, view.id, read.json]);
    job = {
      kind: 'edit',
      ...fields,
      ...place,
      ...shown,
      arguments_json: read.json,
      ...(callId === undefined ? {} : { call_id: callId }),
    };
  }
  try {
    await deps.queue.send(queueEntryOf(job));
  } catch (error) {
    deps.log.error('submission not taken', { error, approval_id: shown.approval_id });
    const isTooLarge = error instanceof HitlError && !error.isRetryable;
    return inputError(firstInput, isTooLarge ? 'This is too long.' : 'Not possible now. Try again.');
  }
  return json({ response_action: 'clear' });
}

function inputsOf(view: ViewSubmission['view']): ReadonlyMap<string, string> {
  const inputs = new Map<string, string>();
  for (const [blockId, elements] of Object.entries(view.state?.values ?? {})) {
    // One element per input block, whatever its action id.
    const [element] = Object.values(elements);
    inputs.set(blockId, element?.value ?? '');
  }
  return inputs;
}

function inputError(blockId: string, message: string): Response {
  return json({ response_action: 'errors', errors: { [blockId]: message } });
}
