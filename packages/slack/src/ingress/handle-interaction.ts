import { acknowledged, refusedForGood } from './answer.ts';
import { handleBlockAction } from './handle-block-action.ts';
import { handleViewSubmission } from './handle-view-submission.ts';
import type { SlackIngressDeps } from './ingress-deps.ts';
import { interactionPayloadSchema } from './interaction-payload.ts';

/** One click or submitted modal, its signature checked. `form` is the decoded body. */
export async function handleInteraction(deps: SlackIngressDeps, form: URLSearchParams): Promise<Response> {
  let payload: unknown;
  try {
    payload = JSON.parse(form.get('payload') ?? '');
  } catch {
    return refusedForGood(400, 'payload is not JSON');
  }
  const parsed = interactionPayloadSchema.safeParse(payload);
  if (!parsed.success) {
    deps.log.warn('interaction not understood', {
      errors: parsed.error.issues.map(({ path }) => path.join('.')),
    });
    // A shortcut or menu of another kind: acknowledged, so that the person sees no error of ours.
    return acknowledged();
  }
  switch (parsed.data.type) {
    case 'block_actions':
      return handleBlockAction(deps, parsed.data);
    case 'view_submission':
      return handleViewSubmission(deps, parsed.data);
    case 'view_closed':
      return acknowledged();
  }
}
