import { qualifiedName, visibleJson, visibleText } from '@hitl/core';
import type { KnownBlock, RichTextBlockElement } from '@slack/types';
import type { ApprovalFacts } from './approval-facts.ts';
import { cardLimits, fitsMessage } from './card-limits.ts';
import { clip } from './clip.ts';
import { fallbackText } from './fallback-text.ts';
import {
  type CardOptions,
  pageOnly,
  renderApprovalCard,
  type SlackMessage,
  summary,
} from './render-approval-card.ts';
import { statusElements } from './render-status.ts';
import { bold, own, preformatted, richText, section } from './rich-text.ts';

const characters = cardLimits.textCharacters - 200;

/**
 * `/hitl show`: the card where it fits (it can be voted on), else all of the request as plain text over several messages, without buttons
 * to vote with. Beyond `maxPages` the last one says how much is missing.
 */
export function renderApprovalPages(
  facts: ApprovalFacts,
  options: CardOptions,
  maxPages = 20,
): SlackMessage[] {
  const card = renderApprovalCard(facts, options);
  if (card.rendered_digest !== undefined) return [card];
  const pieces = cut(wholeText(facts), characters);
  const pages = pieces.slice(0, maxPages);
  const text = fallbackText(summary(facts));
  return pages.map((piece, index) => {
    const isLast = index === pages.length - 1;
    const missing = pieces.length - pages.length;
    const end = (status: readonly RichTextBlockElement[]): KnownBlock[] =>
      !isLast
        ? []
        : [
            richText('end', [
              ...status,
              section(
                own(
                  missing > 0
                    ? `About ${missing * characters} characters more are ${elsewhere(options)}. `
                    : '',
                ),
                own("Too large for one card: it can't be approved here.", { bold: true }),
              ),
            ]),
            ...pageOnly(options.pageUrl),
          ];
    const page = richText('page', [
      section(bold(clip(facts.approval_id, 200)), own(` · part ${index + 1} of ${pieces.length}`)),
      preformatted(piece),
    ]);
    const blocks = [page, ...end(statusElements(facts, options.nowMs, 'brief'))];
    return { text, blocks: fitsMessage(blocks) ? blocks : [page, ...end([])] };
  });
}

function elsewhere({ pageUrl }: CardOptions): string {
  return pageOnly(pageUrl).length > 0 ? 'on its page' : 'shown on the command line';
}

function wholeText(facts: ApprovalFacts): string {
  const calls = facts.calls.map((call, index) =>
    [
      `${index + 1}. ${qualifiedName(call)} (${call.category})`,
      visibleJson(call.arguments, 2),
      ...(call.preview === undefined ? [] : [`would: ${visibleJson(call.preview, 2)}`]),
      `because ${call.rule_ids.join(', ')}: ${call.reasons.join(' · ')}`,
    ].join('\n'),
  );
  return visibleText(
    [
      `${facts.requester_id} asks, in ${facts.environment}:`,
      facts.query,
      ...calls,
      `digest ${facts.digest}`,
    ].join('\n\n'),
  );
}

/** Pieces in order, cut at a line's end where there is one near; together they are the text. */
function cut(text: string, size: number): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end = Math.min(text.length, at + size);
    if (end < text.length) {
      const line = text.lastIndexOf('\n', end - 1);
      if (line > at + size / 2) end = line + 1;
      else if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    }
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}
