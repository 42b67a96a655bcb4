import type { TableRole } from '@hitl/aws';
import type { SecretName } from './constructs/secrets.ts';

/** What a function may do, beside writing its own log. */
export interface FunctionRights {
  readonly readWrite: readonly TableRole[];
  readonly read: readonly TableRole[];
  readonly secrets: readonly SecretName[];
  /** Starts, looks at and wakes executions of the workflow. */
  readonly drivesWorkflow: boolean;
  /** Tells of what happened, on the bus and the topic. */
  readonly tells: boolean;
  /** Hands jobs to the Slack worker: cards to post, conversations to go on with. */
  readonly sendsSlackJobs: boolean;
  readonly invokesModel: boolean;
  /** Has people told by the function that tells them, so that a slow channel never stands in its way. */
  readonly callsRequestApproval: boolean;
}

export interface FunctionDefinition {
  /** Folder under `functions/`, where its bundle is built. */
  readonly folder: string;
  /** With the environment in front it is the function's name. */
  readonly name: string;
  readonly description: string;
  readonly rights: FunctionRights;
  /** Its package holds the environment's policy. */
  readonly decides: boolean;
  /** Calls the MCP servers of the environment. */
  readonly callsTools: boolean;
  /** Somebody calls it without waiting for an answer; what fails for good is then kept in a queue. */
  readonly calledAsynchronously: boolean;
  /** Stops by itself before its time is up and goes on in another call: being slow is no trouble. */
  readonly plansItsTime: boolean;
  /** Whatever the environment says. */
  readonly timeoutSeconds?: number;
  /** Upper bound whatever the environment says. */
  readonly maxTimeoutSeconds?: number;
}

const nothing: FunctionRights = {
  readWrite: [],
  read: [],
  secrets: [],
  drivesWorkflow: false,
  tells: false,
  sendsSlackJobs: false,
  invokesModel: false,
  callsRequestApproval: false,
};
const plain = { decides: false, callsTools: false, calledAsynchronously: false, plansItsTime: false };

/** API Gateway gives up after 30 seconds, so a function behind it has nothing from more. */
const behindHttpApi = 30;
const records = ['runs', 'approvals', 'audit', 'blobs'] as const;

/** Every function there is, as data: the stacks make them, grant exactly this, and the tests compare. */
export const functionCatalog = {
  api: {
    ...plain,
    folder: 'api',
    name: 'api',
    description: 'HTTP API: runs, approvals, votes, audit',
    maxTimeoutSeconds: behindHttpApi,
    decides: true,
    callsTools: true,
    plansItsTime: true,
    rights: {
      ...nothing,
      readWrite: [...records, 'slack_sessions', 'coordination'],
      read: ['directory'],
      secrets: ['mcp'],
      drivesWorkflow: true,
      callsRequestApproval: true,
    },
  },
  advance: {
    ...plain,
    folder: 'advance',
    name: 'advance',
    description: 'One step of a run: the agent, the policy, what was approved',
    decides: true,
    callsTools: true,
    calledAsynchronously: true,
    plansItsTime: true,
    rights: {
      ...nothing,
      readWrite: [...records, 'slack_sessions', 'coordination'],
      read: ['directory'],
      secrets: ['mcp'],
      drivesWorkflow: true,
      invokesModel: true,
      callsRequestApproval: true,
    },
  },
  'request-approval': {
    ...plain,
    folder: 'request-approval',
    name: 'hitl_approval',
    description: 'Tells people about approval requests',
    calledAsynchronously: true,
    rights: {
      ...nothing,
      // Of the record it only reads; what webhooks were told is remembered beside it.
      readWrite: ['coordination'],
      read: records,
      secrets: ['notifications'],
      tells: true,
      sendsSlackJobs: true,
    },
  },
  'expire-approval': {
    ...plain,
    folder: 'expire-approval',
    name: 'expire_approval',
    description: 'Reminds, escalates and expires; takes up what was left lying and checks the record',
    calledAsynchronously: true,
    rights: {
      ...nothing,
      readWrite: records,
      drivesWorkflow: true,
      callsRequestApproval: true,
    },
  },
  'google-mcp': {
    ...plain,
    folder: 'google-mcp',
    name: 'google_mcp',
    description: 'Google Workspace MCP server',
    maxTimeoutSeconds: behindHttpApi,
    rights: { ...nothing, secrets: ['google', 'mcp'] },
  },
  'jira-mcp': {
    ...plain,
    folder: 'jira-mcp',
    name: 'jira_mcp',
    description: 'Jira MCP server',
    maxTimeoutSeconds: behindHttpApi,
    rights: { ...nothing, secrets: ['jira', 'mcp'] },
  },
  'slack-ingress': {
    ...plain,
    folder: 'slack-ingress',
    name: 'slack_ingress',
    description: 'Takes what Slack sends, checks it and hands it to the worker',
    maxTimeoutSeconds: behindHttpApi,
    rights: { ...nothing, readWrite: ['coordination'], secrets: ['slack'], sendsSlackJobs: true },
  },
  'slack-worker': {
    ...plain,
    folder: 'slack-worker',
    name: 'slack_worker',
    description: 'Answers in Slack: runs, cards, votes',
    // As long as Slack lets one message be streamed; a conversation that goes on is handed to the next call.
    timeoutSeconds: 300,
    decides: true,
    callsTools: true,
    plansItsTime: true,
    rights: {
      ...nothing,
      readWrite: [...records, 'slack_sessions', 'coordination'],
      read: ['directory'],
      secrets: ['slack', 'mcp'],
      drivesWorkflow: true,
      sendsSlackJobs: true,
      callsRequestApproval: true,
    },
  },
} as const satisfies Record<string, FunctionDefinition>;

export type FunctionKey = keyof typeof functionCatalog;
export const functionKeys = Object.keys(functionCatalog) as FunctionKey[];
