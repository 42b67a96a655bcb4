import { z } from 'zod';

const text = z.string();
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const email = z.email({ error: 'must be an e-mail address' });
const flag = z
  .enum(['0', '1', 'true', 'false'], { error: 'must be 1, true, 0 or false' })
  .transform((value) => value === '1' || value === 'true');
const matching = (pattern: RegExp, expectation: string) => z.string().regex(pattern, expectation);
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);
const port = wholeNumber(0, 65_535);

/** Every environment variable that the project reads, by name, with what it must look like. */
export const environmentVariables = {
  ENVIRONMENT: matching(
    /^[a-z][a-z0-9-]{0,30}$/,
    'must be a short lower-case name such as dev, staging or prod',
  ),
  /** A cost-allocation tag of the environment, for what functions make themselves. */
  COST_CENTER: text,
  AWS_REGION: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1'),
  APPROVAL_SFN_ARN: matching(
    /^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:.+$/,
    'must be the ARN of a state machine',
  ),
  POLICY_PATH: text,
  /** When a request expires, where the policy does not say. */
  APPROVAL_TIMEOUT_SECONDS: wholeNumber(1, 2_147_483),
  /** Roles whose sessions' names AWS vouches for, separated by commas. */
  SESSION_NAME_ROLES: matching(
    /^[\w+=.@-]+(,[\w+=.@-]+)*$/,
    'must be names of IAM roles, separated by commas',
  ),
  /** File of the people, groups and linked accounts, where no identity provider is connected. */
  DIRECTORY_PATH: text,
  MCP_SERVERS: text,
  MCP_HOST: text,
  MCP_PORT: port,
  MCP_AUTH_TOKEN: text,
  /** Aliases of servers whose annotations and previews the operator trusts, separated by commas. */
  MCP_TRUSTED: text,
  /** Aliases of servers that are deployed together with this one: trusted, and their tools accepted as shipped. */
  MCP_SHIPPED: text,
  MODEL_ID: text,
  /** Base URL of an OpenAI-compatible model server. */
  MODEL_BASE_URL: url,
  MODEL_API_KEY: text,
  BEDROCK_GUARDRAIL_ID: text,
  BEDROCK_GUARDRAIL_VERSION: matching(/^(DRAFT|[1-9]\d*)$/, 'must be DRAFT or a version number'),
  SLACK_SESSIONS_TABLE: text,
  SLACK_SECRETS_NAME: text,
  SLACK_BOT_TOKEN: text,
  SLACK_SIGNING_SECRET: text,
  SLACK_CLIENT_ID: text,
  SLACK_CLIENT_SECRET: text,
  SLACK_CHANNEL_ID: text,
  /** Beside `SLACK_QUEUE_URL`, for what must not wait behind answers that stream. */
  SLACK_ACTIONS_QUEUE_URL: url,
  SLACK_ASYNC: flag,
  SLACK_WEBHOOK_URL: url,
  TEAMS_WEBHOOK_URL: url,
  AGENTCORE_GATEWAY_URL: url,
  GOOGLE_OAUTH_TOKEN: text,
  GOOGLE_SERVICE_ACCOUNT: text,
  GOOGLE_ADMIN_SUBJECT: email,
  /** The function's own, temporary; Lambda sets them. For the functions that sign without the SDK. */
  AWS_ACCESS_KEY_ID: text,
  AWS_SECRET_ACCESS_KEY: text,
  AWS_SESSION_TOKEN: text,
  /** Where AWS's protocols are spoken, when not by AWS; the SDK reads it too. */
  AWS_ENDPOINT_URL: url,
  AWS_SAML_PROVIDER_NAME: matching(/^[a-zA-Z0-9_-]+$/, 'must hold letters, digits, _ and - only'),
  JIRA_BASE_URL: url,
  JIRA_EMAIL: email,
  JIRA_API_TOKEN: text,
  DATA_DIR: text,
  RUNS_TABLE: text,
  APPROVALS_TABLE: text,
  AUDIT_TABLE: text,
  BLOBS_TABLE: text,
  COORDINATION_TABLE: text,
  DIRECTORY_TABLE: text,
  /** Name or alias ARN of the function that tells people about approval requests. */
  REQUEST_APPROVAL_FUNCTION: text,
  GOOGLE_SECRETS_NAME: text,
  JIRA_SECRETS_NAME: text,
  MCP_SECRETS_NAME: text,
  NOTIFICATION_SECRETS_NAME: text,
  SLACK_QUEUE_URL: url,
  /** Where people reach the API and its pages; links in cards begin with it. */
  PUBLIC_URL: url,
  /** Which of the pages those links go to. */
  APPROVAL_PAGE_PATH: matching(/^(\/[\w-]+)+$/, 'must be a path such as /slack/approvals'),
  EVENT_BUS_NAME: text,
  SNS_TOPIC_ARN: matching(/^arn:[\w-]+:sns:[\w-]+:\d{12}:.+$/, 'must be the ARN of an SNS topic'),
  /** True: the steps of the workflow log what they were given and what they made of it, without secrets. */
  LOG_EXECUTION_DATA: flag,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' }),
} as const;

export type EnvironmentVariable = keyof typeof environmentVariables;
export type EnvironmentValue<N extends EnvironmentVariable> = z.output<(typeof environmentVariables)[N]>;
