import type { DescribedCall, DescribedNotification } from '../describe-for-people.ts';
import type { AdaptiveCard, CardElement, RichTextBlock, TextRun } from './adaptive-card.ts';

/** How much of the calls the card holds; each step that is left out is said to be. */
export type CardDetail = 'all' | 'names' | 'count';

export function renderTeamsCard(described: DescribedNotification, detail: CardDetail): AdaptiveCard {
  const { link } = described;
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      { type: 'TextBlock', text: described.title, size: 'Large', weight: 'Bolder', wrap: true },
      ...described.facts.map(({ label, value }) =>
        line([...runs(`${label}: `, { weight: 'Bolder' }), ...runs(value)], 'Small'),
      ),
      ...renderCalls(described.calls, detail),
      line(runs(described.footer, { isSubtle: true }), 'Medium'),
    ],
    ...(link === undefined
      ? {}
      : { actions: [{ type: 'Action.OpenUrl', title: 'Open the approval page', url: link }] }),
  };
}

function renderCalls(calls: readonly DescribedCall[], detail: CardDetail): CardElement[] {
  if (calls.length === 0) return [];
  if (detail === 'count')
    return [
      line(runs(`${calls.length} calls: too many for this card. Read them all before you decide.`), 'Medium'),
    ];
  return calls.map((call) => ({
    type: 'Container',
    separator: true,
    items: [
      line([...runs(call.name, { weight: 'Bolder' }), ...runs(` (${call.category})`)], 'Small'),
      ...call.reasons.map((reason) => line(runs(reason), 'None')),
      ...(detail === 'all' ? renderDetails(call) : [tooLarge(call)]),
    ],
  }));
}

function renderDetails({ argumentsJson, preview }: DescribedCall): RichTextBlock[] {
  return [
    ...(preview === undefined
      ? []
      : [line([...runs('Effect: ', { weight: 'Bolder' }), ...runs(preview)], 'None')]),
    ...(argumentsJson === '' ? [] : argumentsJson.split('\n'))
      // Leading blanks would be collapsed, and with them what belongs to what.
      .map((text) => text.replace(/^ +/, (blanks) => '\u00a0'.repeat(blanks.length)))
      .map((text) => line(runs(text, { fontType: 'Monospace' }), 'None')),
  ];
}

function tooLarge({ argumentsJson }: DescribedCall): RichTextBlock {
  const size = argumentsJson.length;
  return line(
    runs(`Arguments (${size} characters) are too large for this card. Read them before you decide.`),
    'None',
  );
}

function line(inlines: readonly TextRun[], spacing: 'None' | 'Small' | 'Medium'): RichTextBlock {
  return { type: 'RichTextBlock', inlines, spacing };
}

/**
 * A text without any meaning: a run knows no Markdown, but hosts replace `{{DATE(…)}}` and `${…}` in every text. Cut between the two
 * characters, neither is ever one text.
 */
function runs(text: string, style: Omit<TextRun, 'type' | 'text'> = {}): TextRun[] {
  return (text === '' ? ' ' : text)
    .split(/(?<=\{)(?=\{)|(?<=\$)(?=\{)/)
    .map((part) => ({ type: 'TextRun', text: part, ...style }));
}
