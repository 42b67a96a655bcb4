import { InvalidInputError } from '@hitl/core';
import { type Installation, installationSchema, missingBotScopes } from '@hitl/slack';
import { askAboutToken, copiedTokenFault, scopesFault } from '../bot-token.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { ifReadable, look } from './look.ts';
import { readableSlackSecret } from './slack-secret.ts';

/** The token that somebody put into the app's own secret, for one workspace. */
export async function checkCopiedToken(facts: EnvironmentFacts): Promise<Diagnosis[]> {
  const token = (await readableSlackSecret(facts))?.bot_token;
  return token === undefined ? [] : checkCopied(facts, token);
}

/** What was installed through the deployed system: what it may do, whether it can be renewed and, where Slack is asked, whose it is. */
export async function checkInstallations(facts: EnvironmentFacts): Promise<Diagnosis[]> {
  const ids = await facts.installationIds();
  const found = await Promise.all(ids.map((id) => look(`slack ${id}`, () => checkInstallation(facts, id))));
  if (ids.length > 0) return found.flat();
  const secret = await readableSlackSecret(facts);
  // Whether Slack is set up at all is told by the check of the app.
  if (secret?.signing_secret === undefined || secret.bot_token !== undefined) return [];
  return [
    {
      name: 'slack installations',
      state: 'failing',
      detail: 'the app is installed nowhere',
      remedy: `open ${await installUrl(facts)} in a browser`,
    },
  ];
}

async function checkCopied(facts: EnvironmentFacts, token: string): Promise<Diagnosis[]> {
  const name = 'slack token';
  const where = `bot_token of ${facts.secretName('slack')}`;
  const renewed = `take it out of the secret, and open ${await installUrl(facts)}: what is installed there is renewed by itself`;
  const fault = copiedTokenFault(token, where, renewed);
  if (fault !== undefined) return [{ name, state: 'failing', ...fault }];
  if (facts.askSlack === undefined)
    return [{ name, state: 'ok', detail: `${where}, put there by hand (Slack was not asked: --online)` }];
  const answer = await askAboutToken(facts.askSlack, token);
  if ('fault' in answer) return [{ name, state: 'failing', ...answer.fault }];
  const { team_id, enterprise_id, scopes } = answer.owner;
  const lacking = scopes === undefined ? undefined : scopesFault(missingBotScopes(scopes));
  if (lacking !== undefined) return [{ name, state: 'failing', ...lacking }];
  return [{ name, state: 'ok', detail: `${where}, of ${enterprise_id ?? team_id}` }];
}

async function checkInstallation(facts: EnvironmentFacts, id: string): Promise<Diagnosis[]> {
  const name = `slack ${id}`;
  const installation = parseInstallation(id, await facts.installationText(id));
  if (installation === undefined) return [];
  const fault =
    scopesFault(missingBotScopes(installation.scopes)) ?? (await renewalFault(facts, installation));
  if (fault !== undefined) return [{ name, state: 'failing', ...fault }];
  const isOver = installation.expires_at !== undefined && Date.parse(installation.expires_at) <= Date.now();
  if (isOver) return [{ name, state: 'ok', detail: 'installed; its token is renewed when it is used next' }];
  if (facts.askSlack === undefined)
    return [{ name, state: 'ok', detail: 'installed (Slack was not asked: --online)' }];
  const answer = await askAboutToken(facts.askSlack, installation.bot_token, id);
  if ('fault' in answer) return [{ name, state: 'failing', ...answer.fault }];
  const lacking = scopesFault(missingBotScopes(answer.owner.scopes ?? installation.scopes));
  if (lacking !== undefined) return [{ name, state: 'failing', ...lacking }];
  return [{ name, state: 'ok', detail: 'installed, and Slack takes its token' }];
}

async function renewalFault(facts: EnvironmentFacts, installation: Installation) {
  if (installation.refresh_token === undefined && installation.expires_at === undefined) return undefined;
  if (installation.refresh_token === undefined)
    return { detail: 'its token ends, and nothing to renew it with is kept', remedy: 'install it again' };
  const secret = await readableSlackSecret(facts);
  if (secret === undefined || (secret.client_id !== undefined && secret.client_secret !== undefined))
    return undefined;
  return {
    detail: `its token can't be renewed: ${facts.secretName('slack')} has no client_id and client_secret`,
    remedy: 'put them there, from the app\'s page: "Basic Information", "App Credentials"',
  };
}

/** @throws InvalidInputError naming members, never a value */
function parseInstallation(id: string, text: string | undefined): Installation | undefined {
  // It was removed a moment ago.
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InvalidInputError('what is kept of it is not JSON: install it again');
  }
  const parsed = installationSchema.safeParse(json);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path }) => path.join('.') || id).join(', ');
    throw new InvalidInputError(`what is kept of it is not as expected (${wrong}): install it again`);
  }
  return parsed.data;
}

async function installUrl(facts: EnvironmentFacts): Promise<string> {
  const base = (await ifReadable(facts.variables()))?.PUBLIC_URL ?? 'https://YOUR-API';
  return `${base.replace(/\/$/, '')}/slack/install`;
}
