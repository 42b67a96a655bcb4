import { InvalidInputError } from '@hitl/core';
import { z } from 'zod';

const text = z.string().trim().min(1);
/** What was left empty in the secret's form is not set. */
const optionalText = z.preprocess((value) => (value === '' ? undefined : value), text.optional());

const slackSecretSchema = z.object({
  signing_secret: optionalText,
  /** Stays valid while the new one is being rolled out. */
  previous_signing_secret: optionalText,
  client_id: optionalText,
  client_secret: optionalText,
  /** The token of an app that was installed by hand in one workspace. */
  bot_token: optionalText,
});
export type SlackSecret = z.infer<typeof slackSecretSchema>;

/** The main Slack secret, JSON. @throws InvalidInputError that names the member, never its value */
export function parseSlackSecret(json: string): SlackSecret {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new InvalidInputError("the Slack app's secret must be JSON");
  }
  const parsed = slackSecretSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new InvalidInputError(
    `the Slack app's secret has members that can't be used: ${errors.map(({ path }) => path).join(', ')}`,
    {
      errors,
    },
  );
}
