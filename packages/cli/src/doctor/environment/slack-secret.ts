import { parseSlackSecret, type SlackSecret } from '@hitl/slack';
import type { EnvironmentFacts } from './environment-facts.ts';
import { ifReadable } from './look.ts';

/** The app's secret for checks of other things; `undefined` where it can't be read, an empty one where there is none. */
export function readableSlackSecret(facts: EnvironmentFacts): Promise<SlackSecret | undefined> {
  return ifReadable(facts.secret('slack').then((text) => (text === undefined ? {} : parseSlackSecret(text))));
}
