import { createRequire } from 'node:module';

interface AdaptiveCardsModule {
  readonly AdaptiveCard: new () => {
    parse(json: unknown, context: unknown): void;
    validateProperties(): {
      readonly validationEvents: readonly { readonly message: string }[];
    };
  };
  readonly SerializationContext: new () => {
    readonly eventCount: number;
    getEventAt(index: number): { readonly message: string };
  };
}

/** What Microsoft's own library complains about in a card. It is made for browsers: its bundle looks for `window` when it loads. */
export function complaintsOfAdaptiveCards(card: unknown): string[] {
  Object.assign(globalThis, { window: globalThis });
  const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)(
    'adaptivecards/dist/adaptivecards.js',
  ) as AdaptiveCardsModule;
  const parsed = new AdaptiveCard();
  const context = new SerializationContext();
  parsed.parse(structuredClone(card), context);
  return [
    ...Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message),
    ...parsed.validateProperties().validationEvents.map(({ message }) => message),
  ];
}
