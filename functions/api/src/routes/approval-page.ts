import { castVote, loadApproval, presentApproval } from '@hitl/application';
import { HitlError, voteDecisionSchema } from '@hitl/core';
import { toProblem } from '@hitl/lambda';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';
import { pageHeaders } from '../pages/page-style.ts';
import { renderApprovalPage } from '../pages/render-approval-page.ts';
import { requireSameSite } from '../require-same-site.ts';
import { userIdSchema } from '../user-id.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
/** A form sends every field; an empty one is none. */
const optionalText = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' && value.trim() === '' ? undefined : value),
    schema.optional(),
  );

/** The vote of the page that `GET /approvals/{approval_id}` is for a browser. */
export const approvalPageRoute: Route = defineRoute({
  method: 'POST',
  path: '/approvals/{approval_id}/ballot',
  operationId: 'castVoteByForm',
  summary: 'The form of the approval page: a vote on exactly what it showed',
  params: z.object({ approval_id: z.string().min(1).max(80) }),
  bodyType: 'form',
  body: z.strictObject({
    user_id: optionalText(userIdSchema),
    decision: voteDecisionSchema,
    digest: hex,
    rendered_digest: hex,
    reason: optionalText(z.string().trim().max(2000)),
  }),
  response: z.string(),
  mediaType: 'text/html; charset=utf-8',
  status: 303,
  alsoStatuses: [403, 409],
  errors: [403, 404, 409],
  async handle(deps, { params, body, caller, voter, request }) {
    requireSameSite(request);
    const who = await caller(body.user_id);
    const { approval_id } = params;
    try {
      const { decision, digest, rendered_digest, reason } = body;
      await castVote(
        deps,
        { ...who, channel: 'console' },
        { approval_id, decision, digest, rendered_digest, reason },
      );
      // Seen again rather than sent again, when the page is reloaded.
      return new Response('', { status: 303, headers: { ...pageHeaders, location: `../${approval_id}` } });
    } catch (error) {
      const refusal = error instanceof HitlError ? toProblem(error, '') : undefined;
      if (refusal?.status !== 403 && refusal?.status !== 409) throw error;
      const { run, approval } = await loadApproval(deps, approval_id);
      const view = presentApproval(run, approval, deps.clock.now());
      return renderApprovalPage(view, {
        voter,
        action: 'ballot',
        refusal: refusal.body.detail,
        status: refusal.status,
      });
    }
  },
});
