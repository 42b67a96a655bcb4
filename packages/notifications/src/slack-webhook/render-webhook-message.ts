import type { DescribedCall, DescribedNotification } from '../describe-for-people.ts';

export interface WebhookMessage {
  /** What notifications and screen readers say. */
  readonly text: string;
  readonly blocks: readonly object[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

const maxBlocks = 50;
const maxSection = 3000;

/** Plain text only: no mention, link or style in what people and models wrote. The one link is our own. */
export function renderWebhookMessage(described: DescribedNotification): WebhookMessage {
  const { title, facts, calls, footer, link } = described;
  const before = [
    { type: 'header', text: plain(title) },
    ...sections(facts.map(({ label, value }) => `${label}: ${value}`).join('\n')),
  ];
  const after = [
    ...sections(footer),
    ...(link === undefined
      ? []
      : [
          {
            type: 'section',
            text: { type: 'mrkdwn', text: `<${link}|Open the approval page>`, verbatim: true },
          },
        ]),
  ];
  const room = maxBlocks - before.length - after.length;
  const details = calls.flatMap((call) => sections(callText(call, true)));
  const names = calls.flatMap((call) => sections(callText(call, false)));
  const count = sections(
    `${calls.length} calls: too many for this message. Read them all before you decide.`,
  );
  const fitting = [details, names].find((list) => list.length <= room) ?? count;
  return {
    text: escapeMrkdwn([title, ...facts.slice(0, 2).map(({ value }) => value)].join(' · ').slice(0, 2000)),
    blocks: [...before, ...fitting, ...after],
    unfurl_links: false,
    unfurl_media: false,
  };
}

function callText(call: DescribedCall, withArguments: boolean): string {
  const size = call.argumentsJson.length;
  return [
    `${call.name} (${call.category})`,
    ...call.reasons,
    ...(call.preview === undefined ? [] : [`Effect: ${call.preview}`]),
    ...(withArguments
      ? [call.argumentsJson]
      : [`Arguments (${size} characters) are too large for this message. Read them before you decide.`]),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** As many sections as the text needs, none of it lost. */
function sections(text: string): object[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + maxSection);
    // Not through the middle of a surrogate pair.
    if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts.map((part) => ({ type: 'section', text: plain(part) }));
}

function plain(text: string): object {
  return { type: 'plain_text', text, emoji: false };
}

/** The fallback text is mrkdwn: Slack's three control characters, and the marks that style. */
function escapeMrkdwn(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, '\u200b$&');
}
