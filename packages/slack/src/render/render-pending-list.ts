import type { ApprovalSummary } from '@hitl/core';
import type { KnownBlock } from '@slack/types';
import { fitsMessage } from './card-limits.ts';
import { clip } from './clip.ts';
import { fallbackText } from './fallback-text.ts';
import type { SlackMessage } from './render-approval-card.ts';
import { bold, foreign, moment, own, preformatted, richText, section } from './rich-text.ts';

const perMessage = 10;

/**
 * `/hitl pending`: what waits, oldest first, in messages of ten or as many as fit. Queries are shortened and say so: a list is for
 * finding, `/hitl show` is for deciding. `hasMore` when the list goes on behind `items`; so it does behind `maxMessages`.
 */
export function renderPendingList(
  items: readonly Pick<ApprovalSummary, 'approval_id' | 'requester_id' | 'tools' | 'query' | 'expires_at'>[],
  hasMore = false,
  maxMessages = Number.POSITIVE_INFINITY,
): SlackMessage[] {
  if (items.length === 0)
    return [{ text: 'Nothing waits for approval.', blocks: [note('Nothing waits for approval.')] }];
  const all: KnownBlock[][] = [];
  for (const [index, item] of items.entries()) {
    const page = all.at(-1);
    const next = line(item, index);
    if (page === undefined || page.length === perMessage || !fitsMessage([...page, next, note(longestEnd)]))
      all.push([next]);
    else page.push(next);
  }
  const pages = all.slice(0, maxMessages);
  return pages.map((shown, page) => {
    const end =
      page < pages.length - 1
        ? `Page ${page + 1} of ${pages.length}.`
        : hasMore || pages.length < all.length
          ? 'There are more; these are the oldest.'
          : `${items.length} in all.`;
    return {
      text: fallbackText(`${items.length} requests wait for approval`),
      blocks: [...shown, note(`${end}${hint}`)],
    };
  });
}

const hint = ' /hitl show ID shows one of them.';
const longestEnd = `There are more; these are the oldest.${hint}`;

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
