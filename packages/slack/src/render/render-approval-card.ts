import { qualifiedName } from '@hitl/core';
import type { HeaderBlock, KnownBlock } from '@slack/types';
import { actions, approvalButtons, editButtons, elsewhere, pageButton } from './approval-buttons.ts';
import type { ApprovalFacts } from './approval-facts.ts';
import { fitsMessage } from './card-limits.ts';
import { clip } from './clip.ts';
import { fallbackText } from './fallback-text.ts';
import { renderContent } from './render-content.ts';
import { isOpen, type StatusDetail, statusElements } from './render-status.ts';
import { renderedDigest } from './rendered-digest.ts';
import { bold, foreign, mention, own, richText, section } from './rich-text.ts';

/** A message as `chat.postMessage` and `chat.update` take it. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

export interface ApprovalCard extends SlackMessage {
  /** Of a card that shows everything; a card without one can't be voted on. */
  readonly rendered_digest?: string;
}

export interface CardOptions {
  readonly nowMs: number;
  /** Where the request can be seen and decided on the web, behind a login. */
  readonly pageUrl?: string | undefined;
  /** Slack ids of the people who are asked; from the directory. */
  readonly mention?: readonly string[] | undefined;
  /** Draws the small card at once: for a card that Slack found too large although it kept the known limits. */
  readonly isTooLarge?: boolean | undefined;
}

/**
 * An approval request as a message. Either all of it is shown, or the card says that it is too large and has no buttons to vote with:
 * nobody approves in Slack what they could not read in Slack.
 */
export function renderApprovalCard(facts: ApprovalFacts, options: CardOptions): ApprovalCard {
  const text = fallbackText(`${title(facts, options.nowMs)}: ${summary(facts)}`);
  const content = options.isTooLarge === true ? undefined : renderContent(facts);
  if (content !== undefined) {
    const digest = renderedDigest(content);
    const isVotable = isOpen(facts, options.nowMs);
    const buttons = isVotable ? [approvalButtons(facts, digest, options.pageUrl)] : pageOnly(options.pageUrl);
    const editable = isVotable && facts.calls.length > 1 ? withEdits(content, facts, digest) : undefined;
    for (const shown of editable === undefined
      ? [content]
      : [editable, [...content, noRoomForEdits(options)]])
      for (const detail of ['full', 'brief'] as const) {
        const blocks = frame(facts, options, shown, buttons, detail);
        if (fitsMessage(blocks)) return { text, blocks, rendered_digest: digest };
      }
  }
  for (const detail of ['full', 'brief'] as const) {
    const blocks = frame(facts, options, [tooLarge(facts, options)], pageOnly(options.pageUrl), detail);
    if (fitsMessage(blocks)) return { text, blocks };
  }
  return {
    text,
    blocks: [header(facts, options.nowMs), tooLarge(facts, options), ...pageOnly(options.pageUrl)],
  };
}

/** Each call's Edit button right below what the call is; the content begins with who asks. */
function withEdits(content: readonly KnownBlock[], facts: ApprovalFacts, digest: string): KnownBlock[] {
  const edits = editButtons(facts, digest);
  return content.flatMap((block, index) => {
    const edit = edits[index - 1];
    return edit === undefined ? [block] : [block, edit];
  });
}

/** Voting needs all of the calls; editing can be done elsewhere, so its buttons go first. */
function noRoomForEdits({ pageUrl }: CardOptions): KnownBlock {
  const text = `There is no room here for Edit buttons: arguments can be changed ${elsewhere(pageUrl)}.`;
  return richText('no-edits', [section(own(text))]);
}

function frame(
  facts: ApprovalFacts,
  options: CardOptions,
  content: readonly KnownBlock[],
  buttons: readonly KnownBlock[],
  detail: StatusDetail,
): KnownBlock[] {
  return [
    header(facts, options.nowMs),
    ...mentions(options.mention),
    ...content,
    richText('status', statusElements(facts, options.nowMs, detail)),
    ...buttons,
  ];
}

function header(facts: ApprovalFacts, nowMs: number): HeaderBlock {
  return { type: 'header', block_id: 'header', text: { type: 'plain_text', text: title(facts, nowMs) } };
}

function title(facts: ApprovalFacts, nowMs: number): string {
  if (facts.status !== 'pending') return `Approval request ${facts.status}`;
  return isOpen(facts, nowMs) ? 'Approval needed' : 'Approval request expired';
}

/** For the notification: which tools, for whom. */
export function summary(facts: Pick<ApprovalFacts, 'calls' | 'requester_id' | 'environment'>): string {
  const [first] = facts.calls;
  const more = facts.calls.length > 1 ? ` and ${facts.calls.length - 1} more` : '';
  return `${first === undefined ? 'no calls' : qualifiedName(first)}${more}, asked by ${facts.requester_id} in ${facts.environment}`;
}

export function mentions(ids: readonly string[] | undefined): KnownBlock[] {
  if (ids === undefined || ids.length === 0) return [];
  const named = ids.slice(0, 20).flatMap((id) => [mention(id), own(' ')]);
  const more = ids.length > 20 ? [own(`and ${ids.length - 20} more`)] : [];
  return [richText('mentions', [section(...named, ...more)])];
}

export function pageOnly(url: string | undefined): KnownBlock[] {
  const buttons = pageButton(url);
  return buttons.length === 0 ? [] : [actions(buttons)];
}

function tooLarge(facts: ApprovalFacts, { pageUrl }: CardOptions): KnownBlock {
  const where = `Read and decide it ${elsewhere(pageUrl)}.`;
  const calls = facts.calls.length === 1 ? 'One call' : `${facts.calls.length} calls`;
  return richText('too-large', [
    section(bold(clip(facts.requester_id, 300)), own(' asks, as '), foreign(clip(facts.approval_id, 300))),
    section(
      own(
        `${calls}. This request is too large for Slack to show it whole, so it can't be approved here. ${where}`,
        {
          bold: true,
        },
      ),
    ),
  ]);
}
