import { type ApprovalPages, type ItemStore, type Notifier, UnavailableError } from '@hitl/core';
import { createOnce } from '../delivery/once.ts';
import { type PostOptions, postJson } from '../delivery/post-json.ts';
import { checkPublicUrl } from '../delivery/webhook-url.ts';
import { describeForPeople } from '../describe-for-people.ts';
import type { AdaptiveCard } from './adaptive-card.ts';
import { checkAdaptiveCard, maxTeamsBytes } from './check-adaptive-card.ts';
import { type CardDetail, renderTeamsCard } from './render-teams-card.ts';
import { parseTeamsWebhookUrl, type TeamsUrlOptions } from './teams-webhook-url.ts';

/** `envelope`: a message with the card attached, as the templates want it. `card`: the bare card, for flows built by hand. */
export type TeamsPayload = 'envelope' | 'card';

export interface TeamsNotifierOptions extends PostOptions, TeamsUrlOptions {
  /** A Workflow's URL; a secret. */
  readonly url: string;
  readonly payload?: TeamsPayload;
  /** Where people open approval requests. Without it the card links to nothing. */
  readonly pages?: ApprovalPages;
  /** Remembers over processes what was told. */
  readonly told?: ItemStore;
}

/**
 * Tells a Teams channel by an Adaptive Card. It can only open the approval page: nothing is decided in Teams.
 * @throws InvalidInputError when the URL is wrong
 */
export function createTeamsNotifier(options: TeamsNotifierOptions): Notifier {
  const url = parseTeamsWebhookUrl(options.url, options);
  const { payload = 'envelope', pages } = options;
  if (pages !== undefined) checkPublicUrl(pages.publicUrl);
  const once = createOnce('teams', options.told);
  return {
    name: 'teams',
    notify: (notification) =>
      once(notification, () => {
        const described = describeForPeople(notification, pages);
        const body = fittingBody((detail) => renderTeamsCard(described, detail), payload);
        return postJson('teams', url, body, options);
      }),
  };
}

/** The most detailed card that Teams takes. Less detail says of itself that it is less. */
function fittingBody(render: (detail: CardDetail) => AdaptiveCard, payload: TeamsPayload): string {
  let problems: readonly string[] = [];
  for (const detail of ['all', 'names', 'count'] as const) {
    const card = render(detail);
    const body = JSON.stringify(payload === 'card' ? card : envelopeOf(card));
    problems = checkAdaptiveCard(card, { allowLoopback: true });
    const isSmall = Buffer.byteLength(body, 'utf8') < maxTeamsBytes;
    if (problems.length === 0 && isSmall) return body;
  }
  throw new UnavailableError(`the card can't be shown in Teams: ${problems.join('; ')}`);
}

function envelopeOf(card: AdaptiveCard): object {
  return {
    type: 'message',
    attachments: [
      { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card },
    ],
  };
}
