import type { ApprovalFacts } from './approval-facts.ts';
import { clip } from './clip.ts';
import { fallbackText } from './fallback-text.ts';
import { mentions, pageOnly, type SlackMessage, summary } from './render-approval-card.ts';
import { foreign, moment, own, richText, section } from './rich-text.ts';

/**
 * Asks the people who can decide now, in the thread of the card. It has no buttons to vote with: the card above shows what is decided.
 */
export function renderReminder(
  facts: ApprovalFacts,
  options: {
    readonly kind: 'reminded' | 'escalated';
    /** Slack ids of the people, from the directory. */
    readonly mention: readonly string[];
    readonly pageUrl?: string | undefined;
  },
): SlackMessage {
  const what = clip(summary(facts), 300);
  const lead =
    options.kind === 'reminded'
      ? 'This request still waits for you: '
      : 'This request was passed on to you, as nobody decided: ';
  return {
    text: fallbackText(`${lead}${what}`),
    blocks: [
      ...mentions(options.mention),
      richText('reminder', [
        section(own(lead, { bold: true }), foreign(what)),
        section(
          own('It expires '),
          moment(facts.expires_at),
          own('. Please read the card above and decide there.'),
        ),
      ]),
      ...pageOnly(options.pageUrl),
    ],
  };
}
