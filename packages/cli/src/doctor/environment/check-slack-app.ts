import { parseSlackSecret } from '@hitl/slack';
import type { Diagnosis } from '../diagnosis.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { ifReadable } from './look.ts';

const name = 'slack app';
const credentialsPage = 'copy it from the app\'s page: "Basic Information", "App Credentials"';
const hexWord = { pattern: /^[0-9a-f]{32,64}$/i, looks: 'it is a word of at least 32 hex digits' };
const looks = {
  client_id: { pattern: /^\d+\.\d+$/, looks: 'it is two numbers with a dot between' },
  client_secret: hexWord,
  signing_secret: hexWord,
  previous_signing_secret: hexWord,
} as const;
type Member = keyof typeof looks;
const members = Object.keys(looks) as Member[];

/** The app's own credentials: which of them are there, and whether they look like what they should be. */
export async function checkSlackApp(facts: EnvironmentFacts): Promise<Diagnosis[]> {
  const text = await facts.secret('slack');
  if (text === undefined) return [await withoutSecret(facts)];
  const secret = parseSlackSecret(text);
  const isByHand = secret.bot_token !== undefined;
  const isNeeded = (member: Member): boolean => {
    if (member === 'previous_signing_secret') return false;
    // Who copies a token by hand installs nothing.
    return (
      member === 'signing_secret' ||
      !isByHand ||
      secret.client_id !== undefined ||
      secret.client_secret !== undefined
    );
  };
  const faults = members.flatMap((member): Diagnosis[] => {
    const value = secret[member];
    if (value === undefined)
      return isNeeded(member)
        ? [{ name, state: 'failing', detail: `${member} is missing`, remedy: credentialsPage }]
        : [];
    const { pattern, looks: how } = looks[member];
    return pattern.test(value)
      ? []
      : [{ name, state: 'failing', detail: `${member} is wrong: ${how}`, remedy: credentialsPage }];
  });
  if (faults.length > 0) return faults;
  const there = members.filter((member) => secret[member] !== undefined).join(', ');
  return [{ name, state: 'ok', detail: `${facts.secretName('slack')} has ${there}` }];
}

/** Installations without it are there, but nothing from Slack is taken. */
async function withoutSecret(facts: EnvironmentFacts): Promise<Diagnosis> {
  const isInstalled = ((await ifReadable(facts.installationIds())) ?? []).length > 0;
  return {
    name,
    state: isInstalled ? 'failing' : 'note',
    detail: `is not set up: ${facts.secretName('slack')} has no value`,
    remedy: 'the chapter "Slack app" of the README, in numbered steps',
  };
}
