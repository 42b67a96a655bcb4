import type { ApprovalFacts } from './approval-facts.ts';
import { clip } from './clip.ts';
import { fallbackText } from './fallback-text.ts';
import { pageOnly, type SlackMessage } from './render-approval-card.ts';
import { bold, foreign, own, richText, section } from './rich-text.ts';

/** What an older card becomes once the arguments were changed: nobody can vote on it any more, and it says where to look. */
export function renderReplacedCard(
  facts: Pick<ApprovalFacts, 'approval_id' | 'editors' | 'void_votes'>,
  options: { readonly pageUrl?: string | undefined },
): SlackMessage {
  const editor = clip(facts.editors.at(-1) ?? 'somebody', 200);
  const lost =
    facts.void_votes.length === 0
      ? 'Nobody had voted yet.'
      : `${facts.void_votes.length} earlier votes are void.`;
  return {
    text: fallbackText(`Arguments of ${facts.approval_id} changed by ${editor}`),
    blocks: [
      richText('replaced', [
        section(
          own('✎ The arguments of '),
          foreign(clip(facts.approval_id, 200)),
          own(' were changed by '),
          bold(editor),
          own('.'),
        ),
        section(own(`${lost} A new card shows what is asked for now.`)),
      ]),
      ...pageOnly(options.pageUrl),
    ],
  };
}
