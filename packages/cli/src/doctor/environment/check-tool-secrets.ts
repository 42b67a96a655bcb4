import { InvalidInputError } from '@hitl/core';
import { readTokenSecret } from '@hitl/mcp-server';
import type { Diagnosis } from '../diagnosis.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { look } from './look.ts';

const servers = ['google', 'jira'] as const;
type Server = (typeof servers)[number];

/** The token between the agent and its tool servers, as each server reads it. */
export async function checkMcpToken(facts: EnvironmentFacts): Promise<Diagnosis[]> {
  const name = 'mcp';
  const secretName = facts.secretName('mcp');
  const remedy = 'step 1 of "Deploy to AWS" in the README';
  const text = await facts.secret('mcp');
  if (text === undefined)
    return [{ name, state: 'failing', detail: `auth_token is missing: ${secretName} has no value`, remedy }];
  const faults = new Set<string>();
  for (const alias of servers) {
    try {
      readTokenSecret(secretName, text, alias);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      faults.add(error.message);
    }
  }
  if (faults.size > 0) return [...faults].map((detail) => ({ name, state: 'failing', detail, remedy }));
  return [{ name, state: 'ok', detail: `${secretName} has the servers' token` }];
}

/** Google and Jira, the one that is used: set up by the very code that the servers begin with. Nothing is called. */
export async function checkToolSecrets(facts: EnvironmentFacts): Promise<Diagnosis[]> {
  const found = await Promise.all(
    servers.map(async (server) => ({
      server,
      findings: await look(server, () => checkServer(facts, server)),
    })),
  );
  const missing = found.filter(({ findings }) => findings.length === 0).map(({ server }) => server);
  const remedy = 'step 2 of "Deploy to AWS" in the README';
  return [
    ...found.flatMap(({ findings }) => findings),
    ...missing.map(
      (server): Diagnosis => ({
        name: server,
        // Who uses one of them needs no other.
        state: missing.length === servers.length ? 'failing' : 'note',
        detail: `is not set up: ${facts.secretName(server)} has no value`,
        remedy,
      }),
    ),
  ];
}

async function checkServer(facts: EnvironmentFacts, server: Server): Promise<Diagnosis[]> {
  const secretName = facts.secretName(server);
  const text = await facts.secret(server);
  if (text === undefined) return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InvalidInputError(`${secretName} is not JSON`);
  }
  const setUp = server === 'google' ? setUpGoogle : setUpJira;
  try {
    await setUp(json);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(`${secretName}: ${error.message}`);
  }
  return [{ name: server, state: 'ok', detail: `${secretName} is complete (not called)` }];
}

async function setUpGoogle(json: unknown): Promise<void> {
  const { createGoogleServerOf } = await import('@hitl/google-mcp');
  const unused = () => Promise.reject(new Error('nothing is called here'));
  createGoogleServerOf(json, { passwordDelivery: { deliver: unused }, userLock: unused });
}

async function setUpJira(json: unknown): Promise<void> {
  const { createJiraServerOf } = await import('@hitl/jira-mcp');
  createJiraServerOf(json);
}
