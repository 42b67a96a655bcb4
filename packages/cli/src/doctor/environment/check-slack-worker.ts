import type { Diagnosis } from '../diagnosis.ts';
import { otherAgentNote } from '../other-agent.ts';
import { channelFault } from '../slack-channel.ts';
import type { EnvironmentFacts } from './environment-facts.ts';

const name = 'slack worker';

/** How the function that answers in Slack is set up. */
export async function checkSlackWorker(facts: EnvironmentFacts): Promise<Diagnosis[]> {
  const { environment, region, workerName } = facts;
  const variables = await facts.variables();
  if (variables === undefined)
    return [
      {
        name,
        state: 'failing',
        detail: `there is no function ${workerName} in ${region}`,
        remedy: `is the environment deployed there? scripts/deploy.sh ${environment} apply; --region names another`,
      },
    ];
  return [channel(facts, variables.SLACK_CHANNEL_ID), ...(await otherAgent(facts, variables))];
}

function channel({ environment }: EnvironmentFacts, id: string | undefined): Diagnosis {
  const where = `slack_channel_id in environments/${environment}.ts, then deploy`;
  if (id === undefined || id === '')
    return {
      name,
      state: 'note',
      detail: 'SLACK_CHANNEL_ID is not set: approvals are shown only in the thread that asked',
      remedy: `${where}: the id of the approvers' channel (C…); invite the bot there`,
    };
  const fault = channelFault(id);
  if (fault !== undefined) return { name, state: 'failing', ...fault };
  return { name, state: 'ok', detail: `approvals are shown in ${id}` };
}

async function otherAgent(
  facts: EnvironmentFacts,
  { AGENTCORE_GATEWAY_URL: url }: Readonly<Record<string, string>>,
): Promise<Diagnosis[]> {
  if (url === undefined || url === '') return [];
  return [otherAgentNote(url, await asked(facts))];
}

async function asked(facts: EnvironmentFacts): Promise<string> {
  const secretName = facts.secretName('mcp');
  let text: string | undefined;
  try {
    text = await facts.secret('mcp');
  } catch {
    return `asked in a way that ${secretName} would say`;
  }
  return hasToken(text)
    ? `asked with auth_token_agentcore of ${secretName}`
    : "asked with SigV4, in the function's own role";
}

function hasToken(text: string | undefined): boolean {
  try {
    const { auth_token_agentcore: token } = JSON.parse(text ?? '{}') as Record<string, unknown>;
    return typeof token === 'string' && token !== '';
  } catch {
    return false;
  }
}
