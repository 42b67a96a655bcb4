import type { EncryptionKey } from './constructs/encryption-key.ts';
import type { GuardrailReference } from './constructs/guardrail.ts';
import { grantModel } from './constructs/model-access.ts';
import { grantDriveWorkflow } from './constructs/workflow.ts';
import type { EnvironmentParts } from './custom/custom-construct.ts';
import { functionCatalog, functionKeys } from './function-catalog.ts';

export interface GrantFunctionRightsOptions
  extends Pick<EnvironmentParts, 'place' | 'tables' | 'secrets' | 'events' | 'notifications' | 'functions'> {
  readonly modelId: string;
  readonly guardrail: GuardrailReference | undefined;
  readonly key: EncryptionKey | undefined;
}

/** Gives each function what the catalog says, and what it takes to use the environment's key for that. */
export function grantFunctionRights(options: GrantFunctionRightsOptions): void {
  const { place, tables, secrets, events, notifications, functions, modelId, guardrail, key } = options;
  for (const id of functionKeys) {
    const { role } = functions[id];
    const { rights } = functionCatalog[id];
    tables.grantReadWrite(role, rights.readWrite);
    tables.grantRead(role, rights.read);
    secrets.grantRead(role, rights.secrets);
    if (rights.drivesWorkflow) grantDriveWorkflow(role, place);
    if (rights.invokesModel) {
      grantModel(role, { place, modelId, ...(guardrail === undefined ? {} : { guardrail }) });
    }
    if (rights.tells) {
      events.grantPut(role);
      notifications.grantPublish(role);
    }
    const services = [
      ...(rights.readWrite.length + rights.read.length > 0 ? ['dynamodb'] : []),
      'secretsmanager',
      ...(rights.tells ? ['sns'] : []),
    ];
    key?.grantUseThrough(role, place.region, services);
  }
  // The function that installs the Slack app stores its token.
  secrets.grantUpdate(functions.api.role, 'slack');
  // Told apart from the step that decides, so that a slow channel never stands in its way.
  const teller = functions['request-approval'];
  for (const id of ['advance', 'api'] as const) {
    teller.grantInvoke(functions[id].role, 'InvokeRequestApproval');
    functions[id].addEnvironment('REQUEST_APPROVAL_FUNCTION', teller.aliasArn);
  }
}
