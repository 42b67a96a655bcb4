import { clip } from './clip.ts';
import { fallbackText } from './fallback-text.ts';
import type { SlackMessage } from './render-approval-card.ts';
import { foreign, own, richText, section } from './rich-text.ts';

/** By the error's code: what the person can do about it. */
const advice: Readonly<Record<string, string>> = {
  unknown_principal:
    'Your Slack account is not linked to anybody in the directory. An administrator can link it.',
  not_an_approver: 'You are not among the people who decide this request now.',
  requester_may_not_vote: 'You asked for this yourself, so somebody else has to decide it.',
  editor_may_not_vote: 'You changed its arguments, so somebody else has to decide it.',
  assurance_too_low:
    'This request needs a stronger proof of who you are than a click in Slack. Please decide it on its page.',
  already_voted: 'You have voted on this already.',
  approval_not_pending: 'This request is decided already; the card shows how.',
  digest_mismatch: 'The request was changed since this card was drawn. Please look at the newer card.',
  not_found: 'There is no such request.',
  denied_by_policy: 'The policy does not allow this.',
};

/** A polite no, to be shown to the one who clicked only. `detail` is the error's own text. */
export function renderRefusal(code: string, detail?: string): SlackMessage {
  const lead = Object.hasOwn(advice, code) ? (advice[code] ?? '') : 'That was not possible.';
  return {
    text: fallbackText(lead),
    blocks: [
      richText('refusal', [
        section(own(`Nothing was changed. ${lead}`)),
        ...(detail === undefined || detail === ''
          ? []
          : [section(foreign(clip(detail, 1_000), { italic: true }))]),
      ]),
    ],
  };
}
