import type { EncryptionKey } from './constructs/encryption-key.ts';
import type { GuardrailReference } from './constructs/guardrail.ts';
import { grantAgentCore, grantModel } from './constructs/model-access.ts';
import { grantDriveWorkflow } from './constructs/workflow.ts';
import type { EnvironmentParts } from './custom/custom-construct.ts';
import { type FunctionDefinition, functionCatalog, functionKeys } from './function-catalog.ts';

export interface GrantFunctionRightsOptions
  extends Pick<
    EnvironmentParts,
    'place' | 'tables' | 'secrets' | 'events' | 'notifications' | 'functions' | 'slackQueues'
  > {
  readonly modelId: string;
  readonly guardrail: GuardrailReference | undefined;
  readonly key: EncryptionKey | undefined;
  /** Of the runtime or gateway that answers in Slack instead of the agent of this project. */
  readonly agentCoreArn: string | undefined;
  /** The environment's tag of that name. */
  readonly costCenter: string | undefined;
}

/** Gives each function what the catalog says, and what it takes to use the environment's key for that. */
export function grantFunctionRights(options: GrantFunctionRightsOptions): void {
  const { place, tables, secrets, events, notifications, functions, slackQueues, key } = options;
  for (const id of functionKeys) {
    const { role } = functions[id];
    const { rights }: FunctionDefinition = functionCatalog[id];
    tables.grantReadWrite(role, rights.readWrite);
    tables.grantRead(role, rights.read);
    secrets.grantRead(role, rights.secrets);
    if (rights.drivesWorkflow) grantDriveWorkflow(role, place);
    if (rights.invokesModel) {
      const { modelId, guardrail } = options;
      grantModel(role, { place, modelId, ...(guardrail === undefined ? {} : { guardrail }) });
    }
    if (rights.tells) {
      events.grantPut(role);
      notifications.grantPublish(role);
    }
    if (rights.sendsSlackJobs) {
      slackQueues.grantSend(role);
      functions[id].addEnvironment('SLACK_QUEUE_URL', slackQueues.answers.url);
      functions[id].addEnvironment('SLACK_ACTIONS_QUEUE_URL', slackQueues.actions.url);
    }
    if (rights.callsRequestApproval) {
      const teller = functions['request-approval'];
      teller.grantInvoke(role, 'InvokeRequestApproval');
      functions[id].addEnvironment('REQUEST_APPROVAL_FUNCTION', teller.aliasArn);
    }
    const usesTables = rights.readWrite.length + rights.read.length > 0 || id === 'google-mcp';
    const services = [
      ...(usesTables ? ['dynamodb'] : []),
      ...(rights.secrets.length > 0 ? ['secretsmanager'] : []),
      ...(rights.tells ? ['sns'] : []),
    ];
    key?.grantUseThrough(role, place.region, services);
  }
  grantOwnSecrets(options);
  if (options.costCenter !== undefined) {
    for (const id of ['slack-ingress', 'google-mcp'] as const)
      functions[id].addEnvironment('COST_CENTER', options.costCenter);
  }
  if (options.agentCoreArn !== undefined)
    grantAgentCore(functions['slack-worker'].role, options.agentCoreArn);
}

/** What single functions make themselves while they run. */
function grantOwnSecrets({ functions, secrets, tables }: GrantFunctionRightsOptions): void {
  // Installs the app: a workspace's tokens are a secret of their own. Opening a form needs them at once.
  secrets.grantBelow(functions['slack-ingress'].role, 'KeepInstallations', 'slack', [
    'CreateSecret',
    'GetSecretValue',
    'PutSecretValue',
    'TagResource',
  ]);
  // Speaks with them, renews them and throws them away after an uninstallation.
  secrets.grantBelow(functions['slack-worker'].role, 'UseInstallations', 'slack', [
    'DeleteSecret',
    'GetSecretValue',
    'PutSecretValue',
  ]);
  const google = functions['google-mcp'].role;
  // It may hand a password over, take it back when no account was made with it, and never read one.
  secrets.grantBelow(google, 'HandOverPasswords', 'initial-passwords', [
    'CreateSecret',
    'DeleteSecret',
    'TagResource',
  ]);
  // One change of a user's roles at a time, wherever the calls arrive. The prefix is that of leases.
  tables.grantItems(google, 'LockUsers', 'coordination', 'item#lease:google-user/*');
}
