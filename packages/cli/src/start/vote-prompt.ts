import { createInterface } from 'node:readline/promises';
import { type ApprovalView, approvalViewSchema } from '@hitl/application';
import { HitlError, visibleLine } from '@hitl/core';
import type { ApiClient } from '../api-client.ts';
import type { Output } from '../output.ts';
import { renderApprovalCard } from '../render/approval-card.ts';
import type { Suggestion } from './suggest-voters.ts';

/** `decided` here or elsewhere, `skipped` by the person at the terminal, `closed` when nobody can type any more. */
export type PromptOutcome = 'decided' | 'skipped' | 'closed';

const decisions: Readonly<Record<string, 'approve' | 'reject'>> = {
  approve: 'approve',
  a: 'approve',
  yes: 'approve',
  y: 'approve',
  reject: 'reject',
  r: 'reject',
  no: 'reject',
  n: 'reject',
};

/** Asks until a vote decided. Whoever may not vote is told why, which is the point of trying it. */
export async function askForVotes(
  api: ApiClient,
  output: Output,
  signal: AbortSignal,
  approval: ApprovalView,
  { approver, others }: Suggestion,
): Promise<PromptOutcome> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const gone = new Promise<undefined>((resolve) => {
    terminal.once('close', () => resolve(undefined));
    signal.addEventListener('abort', () => terminal.close(), { once: true });
  });
  // In raw mode the terminal hands Ctrl-C to us instead of signalling it.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const who = approver ?? 'APPROVER';
  const refused =
    others.length === 0 ? '' : ` (try “approve ${others.join('” or “approve ')}” too: it is refused)`;
  let shown = approval;
  try {
    output.say(`Type “approve ${who}”, “reject ${who} WHY” or “skip”${refused}.`);
    while (!signal.aborted) {
      const answer = await Promise.race([terminal.question('vote> '), gone]);
      if (answer === undefined) return signal.aborted ? 'decided' : 'closed';
      const [word = '', person = approver, ...reason] = answer.trim().split(/\s+/);
      if (word === 'skip' || word === 's') return 'skipped';
      const decision = decisions[word.toLowerCase()];
      if (decision === undefined || person === undefined) {
        if (word !== '') output.warn(`“${visibleLine(word)}” is not approve, reject or skip`);
        continue;
      }
      try {
        const view = await api.request(approvalViewSchema, 'POST', `/approvals/${shown.approval_id}/votes`, {
          user_id: person,
          decision,
          digest: shown.digest,
          ...(decision === 'reject' ? { reason: reason.join(' ') || 'rejected in the terminal' } : {}),
        });
        if (view.status !== 'pending') return 'decided';
        const { votes_have = 0, votes_needed = 0 } = view.open_step ?? {};
        output.say(`counted: ${votes_have} of ${votes_needed} votes of this step`);
      } catch (error) {
        if (!(error instanceof HitlError)) throw error;
        output.warn(`refused (${error.code}): ${error.message}`);
        if (error.code === 'approval_not_pending') return 'decided';
        if (error.code === 'digest_mismatch') {
          // Somebody edited it meanwhile: what is asked now is shown before anybody votes again.
          shown = await api.request(approvalViewSchema, 'GET', `/approvals/${shown.approval_id}`);
          output.say(renderApprovalCard(shown, output));
        }
      }
    }
    return 'decided';
  } finally {
    terminal.close();
  }
}
