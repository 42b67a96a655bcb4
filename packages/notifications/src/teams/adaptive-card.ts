/** The parts of Adaptive Cards 1.4 that are used here. */
export interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly fontType?: 'Monospace';
  readonly isSubtle?: boolean;
}

/** Text of people and models stands in these only: a `TextBlock` would render Markdown, this does not. */
export interface RichTextBlock {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
  readonly spacing?: 'None' | 'Small' | 'Medium';
}

/** For our own fixed words. */
export interface TextBlock {
  readonly type: 'TextBlock';
  readonly text: string;
  readonly size?: 'Large' | 'Medium';
  readonly weight?: 'Bolder';
  readonly wrap: true;
}

export interface Container {
  readonly type: 'Container';
  readonly separator?: boolean;
  readonly items: readonly CardElement[];
}

export type CardElement = TextBlock | RichTextBlock | Container;

/** The only action: it opens a page. `Action.Execute` and `Action.Submit` need a bot, and would decide by a click. */
export interface OpenUrlAction {
  readonly type: 'Action.OpenUrl';
  readonly title: string;
  readonly url: string;
}

export interface AdaptiveCard {
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  readonly type: 'AdaptiveCard';
  readonly version: '1.4';
  readonly body: readonly CardElement[];
  readonly actions?: readonly OpenUrlAction[];
  /** Teams shows the card over the whole width. */
  readonly msteams: { readonly width: 'Full' };
}
