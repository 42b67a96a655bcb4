import type { ApprovalSummary } from '@hitl/core';
import type { KnownBlock } from '@slack/types';
import { clip } from './clip.ts';
import { fallbackText } from './fallback-text.ts';
import type { SlackMessage } from './render-approval-card.ts';
import { bold, foreign, moment, own, preformatted, richText, section } from './rich-text.ts';

const perMessage = 10;

/**
 * `/hitl pending`: what waits, oldest first, in messages of ten. Queries are shortened and say so: a list is for finding, `/hitl show`
 * is for deciding. `hasMore` when the list goes on behind `items`.
 */
export function renderPendingList(
  items: readonly Pick<ApprovalSummary, 'approval_id' | 'requester_id' | 'tools' | 'query' | 'expires_at'>[],
  hasMore = false,
): SlackMessage[] {
  if (items.length === 0)
    return [{ text: 'Nothing waits for approval.', blocks: [note('Nothing waits for approval.')] }];
  const pages = Math.ceil(items.length / perMessage);
  return Array.from({ length: pages }, (_, page) => {
    const shown = items.slice(page * perMessage, (page + 1) * perMessage);
    const last = page === pages - 1;
    const end = !last
      ? `Page ${page + 1} of ${pages}.`
      : hasMore
        ? 'There are more; these are the oldest.'
        : `${items.length} in all.`;
    return {
      text: fallbackText(`${items.length} requests wait for approval`),
      blocks: [...shown.map(line), note(`${end} /hitl show ID shows one of them.`)],
    };
  });
}

function line(item: Parameters<typeof renderPendingList>[0][number], index: number): KnownBlock {
  return richText(`pending-${index}`, [
    section(
      bold(clip(item.approval_id, 100)),
      own(' '),
      foreign(clip(item.tools.join(', '), 200)),
      own(', asked by '),
      foreign(clip(item.requester_id, 100)),
      own(', expires '),
      moment(item.expires_at),
    ),
    preformatted(clip(item.query, 200)),
  ]);
}

function note(text: string): KnownBlock {
  return richText('note', [section(own(text))]);
}
