import { visibleLine, visibleText } from '@hitl/core';
import type {
  RichTextBlock,
  RichTextBlockElement,
  RichTextDate,
  RichTextElement,
  RichTextPreformatted,
  RichTextSection,
  RichTextText,
  RichTextUserMention,
} from '@slack/types';

/*
 * Text of other people is shown by these builders and by nothing else: a rich text `text` element is a leaf that Slack never parses,
 * so a mention, a link or an emoji code in it stays the characters that it is. There is no builder for mrkdwn.
 */

/** One line of somebody else's text. */
export function foreign(text: string, style?: RichTextText['style']): RichTextText {
  return own(visibleLine(text), style);
}

/** Our own words. An empty text element would be refused. */
export function own(text: string, style?: RichTextText['style']): RichTextText {
  return { type: 'text', text: text === '' ? ' ' : text, ...(style === undefined ? {} : { style }) };
}

export function bold(text: string): RichTextText {
  return foreign(text, { bold: true });
}

/** A moment in the reader's own time zone. */
export function moment(iso: string): RichTextDate {
  return {
    type: 'date',
    timestamp: Math.floor(Date.parse(iso) / 1000),
    format: '{date_short_pretty} {time}',
    fallback: iso,
  };
}

const slackUserId = /^[UW][A-Z0-9]{2,20}$/;

/** The only live mention there is. Its id comes from the directory; anything that is not one is shown, not mentioned. */
export function mention(userId: string): RichTextUserMention | RichTextText {
  return slackUserId.test(userId) ? { type: 'user', user_id: userId } : foreign(userId);
}

export function section(...elements: readonly RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements: [...elements] };
}

/** Several lines as they are, in a fixed-width font. */
export function preformatted(text: string): RichTextPreformatted {
  return { type: 'rich_text_preformatted', elements: [own(visibleText(text))] };
}

export function richText(blockId: string, elements: readonly RichTextBlockElement[]): RichTextBlock {
  return { type: 'rich_text', block_id: blockId, elements: [...elements] };
}
