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
  readonly invokesModel: boolean;
}

export interface FunctionDefinition {
  /** Folder under `functions/`, where its bundle is built. */
  readonly folder: string;
  /** With the environment in front it is the function's name. */
  readonly name: string;
  readonly description: string;
  readonly rights: FunctionRights;
  /** Upper bound whatever the environment says. */
  readonly maxTimeoutSeconds?: number;
}

const nothing: FunctionRights = {
  readWrite: [],
  read: [],
  secrets: [],
  drivesWorkflow: false,
  tells: false,
  invokesModel: false,
};

/** API Gateway gives up after 30 seconds, so a function behind it has nothing from more. */
const behindHttpApi = 30;

/** Every function there is, as data: the stacks make them, grant exactly this, and the tests compare. */
export const functionCatalog = {
  api: {
    folder: 'api',
    name: 'api',
    description: 'HTTP API: runs, approvals, votes, audit, Slack',
    maxTimeoutSeconds: behindHttpApi,
    rights: {
      ...nothing,
      readWrite: ['runs', 'approvals', 'audit', 'blobs', 'slack_sessions'],
      secrets: ['slack', 'mcp'],
      drivesWorkflow: true,
      tells: true,
    },
  },
  advance: {
    folder: 'advance',
    name: 'advance',
    description: 'One step of a run: the agent, the policy, what was approved',
    rights: {
      ...nothing,
      readWrite: ['runs', 'approvals', 'audit', 'blobs', 'slack_sessions'],
      secrets: ['mcp'],
      drivesWorkflow: true,
      tells: true,
      invokesModel: true,
    },
  },
  'request-approval': {
    folder: 'request-approval',
    name: 'hitl_approval',
    description: 'Tells people about approval requests',
    rights: {
      ...nothing,
      readWrite: ['runs', 'approvals', 'audit', 'blobs'],
      secrets: ['slack'],
      tells: true,
    },
  },
  'expire-approval': {
    folder: 'expire-approval',
    name: 'expire_approval',
    description: 'Reminds, escalates and expires',
    rights: {
      ...nothing,
      readWrite: ['runs', 'approvals', 'audit', 'blobs'],
      secrets: ['slack'],
      drivesWorkflow: true,
      tells: true,
    },
  },
  'google-mcp': {
    folder: 'google-mcp',
    name: 'google_mcp',
    description: 'Google Workspace MCP server',
    maxTimeoutSeconds: behindHttpApi,
    rights: { ...nothing, secrets: ['google', 'mcp'] },
  },
  'jira-mcp': {
    folder: 'jira-mcp',
    name: 'jira_mcp',
    description: 'Jira MCP server',
    maxTimeoutSeconds: behindHttpApi,
    rights: { ...nothing, secrets: ['jira', 'mcp'] },
  },
} as const satisfies Record<string, FunctionDefinition>;

export type FunctionKey = keyof typeof functionCatalog;
export const functionKeys = Object.keys(functionCatalog) as FunctionKey[];
