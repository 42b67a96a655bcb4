import type { ApprovalView } from '@hitl/application';
import { sha256Hex } from '@hitl/core';
import { type Html, html } from './html.ts';
import { pageHeaders, pageStyle } from './page-style.ts';
import { renderApprovalContent } from './render-approval-content.ts';

export interface ApprovalPageOptions {
  /** Whose credential it is, where it is one person's. */
  readonly voter: string | undefined;
  /** Why the vote just given does not count. */
  readonly refusal?: string;
  readonly status?: number;
  /** Where the form goes, relative to where the page stands. */
  readonly action: string;
}

/**
 * An approval request as a page without scripts. Looking at it decides nothing: the vote is a form, bound to the digest that is shown
 * and to the SHA-256 of what was rendered.
 */
export function renderApprovalPage(view: ApprovalView, options: ApprovalPageOptions): Response {
  const content = renderApprovalContent(view);
  const body = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Approval ${view.approval_id}</title>
<style>${trustedStyle}</style></head>
<body>
<h1>Approval <code>${view.approval_id}</code> · ${view.status}</h1>
${options.refusal === undefined ? undefined : html`<p class="refusal" role="alert">Your vote does not count: ${options.refusal}</p>`}
${content}
${renderState(view)}
${view.status === 'pending' ? renderForm(view, sha256Hex(content.text), options) : undefined}
<p><small>digest <code>${view.digest}</code><br>run <code>${view.run_id}</code></small></p>
</body>
</html>
`;
  return new Response(body.text, { status: options.status ?? 200, headers: pageHeaders });
}

const trustedStyle = html([pageStyle] as unknown as TemplateStringsArray);

function renderState(view: ApprovalView): Html {
  const votes = view.votes.map(
    (
      vote,
    ) => html`<li>${vote.principal_id}: ${vote.decision} at ${vote.at}${vote.reason === undefined ? '' : ` — ${vote.reason}`}</li>
`,
  );
  const step = view.open_step;
  const needed =
    step === undefined
      ? undefined
      : html`<p>Needs ${step.votes_needed} of ${step.approvers.join(', ')}; ${step.votes_have} so far. Expires ${view.expires_at}.</p>`;
  const decided =
    view.status === 'pending'
      ? undefined
      : html`<p><strong>${view.status}</strong> by ${view.decided_by.join(', ') || 'nobody'}${view.decided_at === undefined ? '' : ` at ${view.decided_at}`}${view.reason === undefined ? '' : ` — ${view.reason}`}</p>`;
  const edited =
    view.editors.length === 0
      ? undefined
      : html`<p class="warning">The arguments were changed by ${view.editors.join(', ')}; ${view.void_votes.length} earlier votes are void.</p>`;
  return html`<section>
${decided}${needed}${edited}
${votes.length === 0 ? html`<p class="quiet">No votes yet.</p>` : html`<ul>${votes}</ul>`}
</section>`;
}

function renderForm(view: ApprovalView, renderedDigest: string, options: ApprovalPageOptions): Html {
  const { voter, action } = options;
  const who =
    voter === undefined
      ? html`<label>Your user id <input name="user_id" required maxlength="256" autocomplete="username"></label>`
      : html`<p>You are <strong>${voter}</strong>.</p>`;
  return html`<form method="post" action="${action}">
<input type="hidden" name="digest" value="${view.digest}">
<input type="hidden" name="rendered_digest" value="${renderedDigest}">
${who}
<label>Reason (needed to reject) <textarea name="reason" rows="2" maxlength="2000"></textarea></label>
<button class="approve" name="decision" value="approve">Approve</button>
<button class="reject" name="decision" value="reject">Reject</button>
</form>`;
}
