import { InvalidInputError } from '@hitl/core';
import { createNotifiersFromConfig } from '@hitl/notifications';
import type { Diagnosis } from '../diagnosis.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { ifReadable } from './look.ts';

const name = 'notifications';

/** The webhooks that are told. @throws InvalidInputError with the reason why one can't be used, never with its address */
export async function checkNotifications(facts: EnvironmentFacts): Promise<Diagnosis[]> {
  const secretName = facts.secretName('notifications');
  const text = await facts.secret('notifications');
  if (text === undefined)
    return [{ name, state: 'ok', detail: `no webhook is told: ${secretName} has no value` }];
  const publicUrl = (await ifReadable(facts.variables()))?.PUBLIC_URL;
  const told = createNotifiersFromConfig({
    ...(publicUrl === undefined ? {} : { public_url: publicUrl }),
    ...parseObject(secretName, text),
  });
  if (told.length === 0)
    return [
      {
        name,
        state: 'note',
        detail: `${secretName} names no webhook`,
        remedy: 'teams_webhook_url, slack_webhook_url',
      },
    ];
  return [{ name, state: 'ok', detail: `${told.map((one) => one.name).join(', ')} (not called)` }];
}

function parseObject(secretName: string, text: string): object {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch {
    // The parser's message would show the text.
  }
  throw new InvalidInputError(`${secretName} is not a JSON object`);
}
