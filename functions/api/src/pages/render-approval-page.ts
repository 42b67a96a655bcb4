import type { ApprovalView } from '@hitl/application';
import { escapeJson, sha256Hex, visibleJson } from '@hitl/core';
import { type Html, html } from './html.ts';
import { pageFrame, signOutForm } from './page-frame.ts';
import { renderApprovalContent } from './render-approval-content.ts';

export interface ApprovalPageOptions {
  /** Whose credential it is, where it is one person's. */
  readonly voter: string | undefined;
  /** What was just asked for and not done, and why. */
  readonly refusal?: string;
  readonly status?: number;
  /** Where the forms go, relative to where the page stands: empty or with a slash at its end. */
  readonly formsAt: string;
  /** Arguments that were sent and not taken, so that nobody has to type them again. */
  readonly typed?: { readonly call_id: string; readonly text: string };
  /** The person signed in to this page, so they can sign out of it. */
  readonly canSignOut?: boolean;
}

/**
 * An approval request as a page without scripts. Looking at it decides nothing: the vote is a form, bound to the digest that is shown
 * and to the SHA-256 of what was rendered; so is a change of arguments, to the digest.
 */
export function renderApprovalPage(view: ApprovalView, options: ApprovalPageOptions): Response {
  const content = renderApprovalContent(view);
  const { refusal, status = 200, canSignOut = false } = options;
  const isPending = view.status === 'pending';
  return pageFrame(
    status,
    `Approval ${view.approval_id}`,
    html`<h1>Approval <code>${view.approval_id}</code> · ${view.status}</h1>
${refusal === undefined ? undefined : html`<p class="refusal" role="alert">${refusal}</p>`}
${content}
${renderState(view)}
${isPending ? renderBallot(view, sha256Hex(content.text), options) : undefined}
${isPending ? renderRevisions(view, options) : undefined}
<p><small>digest <code>${view.digest}</code><br>run <code>${view.run_id}</code></small></p>
${canSignOut ? signOutForm : undefined}`,
  );
}

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

function renderBallot(view: ApprovalView, renderedDigest: string, options: ApprovalPageOptions): Html {
  return html`<form method="post" action="${options.formsAt}ballot">
<input type="hidden" name="digest" value="${view.digest}">
<input type="hidden" name="rendered_digest" value="${renderedDigest}">
${renderVoter(options)}
<label>Reason (needed to reject) <textarea name="reason" rows="2" maxlength="2000"></textarea></label>
<button class="approve" name="decision" value="approve">Approve</button>
<button class="reject" name="decision" value="reject">Reject</button>
</form>`;
}

/** One form per call, closed until somebody wants it or has to look at it again. */
function renderRevisions(view: ApprovalView, options: ApprovalPageOptions): Html {
  const { typed } = options;
  return html`<details${typed === undefined ? undefined : html` open`}>
<summary>Change the arguments</summary>
<p class="quiet">A change is decided anew by the policy, makes earlier votes void, and whoever makes it can no longer vote on it.</p>
${view.calls.map((call) => {
  // Every character that can't be seen is an escape: what is sent back is the same value.
  const text = typed?.call_id === call.call_id ? escapeJson(typed.text) : visibleJson(call.arguments, 2);
  return html`<form method="post" action="${options.formsAt}revision">
<input type="hidden" name="digest" value="${view.digest}">
<input type="hidden" name="call_id" value="${call.call_id}">
${options.voter === undefined ? renderVoter(options) : undefined}
<label><code>${call.server}/${call.tool}</code>, all arguments as JSON <textarea class="json" name="arguments" rows="${rowsFor(text)}" spellcheck="false">${text}</textarea></label>
<button>Change</button>
</form>
`;
})}</details>`;
}

function rowsFor(text: string): number {
  return Math.min(30, Math.max(4, text.split('\n').length + 1));
}

function renderVoter({ voter }: ApprovalPageOptions): Html {
  return voter === undefined
    ? html`<label>Your user id <input name="user_id" required maxlength="256" autocomplete="username"></label>`
    : html`<p>You are <strong>${voter}</strong>.</p>`;
}
