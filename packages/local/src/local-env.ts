import { loadEnv, loadEnvFamily } from '@hitl/lambda';

const optional = [
  'ENVIRONMENT',
  'AWS_REGION',
  'POLICY_PATH',
  'MCP_SERVERS',
  'MCP_HOST',
  'MCP_PORT',
  'MCP_AUTH_TOKEN',
  'MCP_TRUSTED',
  'MODEL_ID',
  'MODEL_BASE_URL',
  'MODEL_API_KEY',
  'BEDROCK_GUARDRAIL_ID',
  'BEDROCK_GUARDRAIL_VERSION',
  'GOOGLE_OAUTH_TOKEN',
  'GOOGLE_SERVICE_ACCOUNT',
  'GOOGLE_ADMIN_SUBJECT',
  'AWS_SAML_PROVIDER_NAME',
  'JIRA_BASE_URL',
  'JIRA_EMAIL',
  'JIRA_API_TOKEN',
  'DIRECTORY_PATH',
  'SLACK_SIGNING_SECRET',
  'SLACK_BOT_TOKEN',
  'SLACK_CLIENT_ID',
  'SLACK_CLIENT_SECRET',
  'SLACK_CHANNEL_ID',
  // Here jobs always go through the durable queue, and their worker is in this process: both values are right.
  'SLACK_ASYNC',
  'AGENTCORE_GATEWAY_URL',
  'SLACK_WEBHOOK_URL',
  'TEAMS_WEBHOOK_URL',
  'PUBLIC_URL',
  'LOG_EXECUTION_DATA',
  'APPROVAL_PAGE_PATH',
  'LOG_LEVEL',
] as const;

/** What the local stack takes from the environment. @throws InvalidInputError naming each variable that is wrong. */
export function loadLocalEnv(source: NodeJS.ProcessEnv) {
  return {
    ...loadEnv<never, (typeof optional)[number]>({ optional }, source),
    // MCP_AUTH_TOKEN_MY_JIRA belongs to the alias my-jira.
    mcpAuthTokens: Object.fromEntries(
      [...loadEnvFamily('MCP_AUTH_TOKEN_', source)].map(([suffix, token]) => [
        suffix.replaceAll('_', '-'),
        token,
      ]),
    ),
  };
}

export type LocalEnv = ReturnType<typeof loadLocalEnv>;
