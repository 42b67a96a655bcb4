import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret/index.js';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';
import type { Place } from './place.ts';
import type { Role } from './role.ts';

const descriptions = {
  slack: 'Slack app: client_id, client_secret, signing_secret, bot_token',
  google: 'Google Workspace: service account or OAuth token',
  jira: 'Jira: e-mail address and API token',
  mcp: 'Bearer tokens of MCP servers',
  notifications: 'Webhooks that are told of approvals: Teams, Slack, others',
} as const;
export type SecretName = keyof typeof descriptions;

/** Empty shells: their values are put in by hand or by a rotation and never enter Terraform's state. */
export class Secrets extends Construct {
  readonly #secrets: Readonly<Record<SecretName, SecretsmanagerSecret>>;
  readonly #place: Place;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly place: Place; readonly recoveryDays: number; readonly key?: EncryptionKey },
  ) {
    super(scope, id);
    const { place, recoveryDays, key } = props;
    this.#place = place;
    this.#secrets = Object.fromEntries(
      Object.entries(descriptions).map(([name, description]) => [
        name,
        new SecretsmanagerSecret(this, name, {
          name: secretPrefix(place, name),
          description,
          recoveryWindowInDays: recoveryDays,
          ...(key === undefined ? {} : { kmsKeyId: key.arn }),
        }),
      ]),
    ) as Record<SecretName, SecretsmanagerSecret>;
  }

  nameOf(secret: SecretName): string {
    return this.#secrets[secret].name;
  }

  grantRead(role: Role, secrets: readonly SecretName[]): void {
    if (secrets.length === 0) return;
    role.allow({
      sid: 'ReadSecrets',
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets.map((secret) => this.#secrets[secret].arn),
    });
  }

  /** On secrets that a function makes itself, below a folder that is theirs alone: never on one of the shells. */
  grantBelow(role: Role, sid: string, folder: SecretFolder, actions: readonly SecretAction[]): void {
    role.allow({
      sid,
      actions: actions.map((action) => `secretsmanager:${action}`),
      resources: [this.#place.arn('secretsmanager', `secret:${secretPrefix(this.#place, folder)}/*`)],
    });
  }
}

/** Where functions keep secrets that come into being while they run: tokens of Slack workspaces, first passwords of new users. */
export type SecretFolder = 'slack' | 'initial-passwords';
export type SecretAction =
  | 'CreateSecret'
  | 'DeleteSecret'
  | 'GetSecretValue'
  | 'PutSecretValue'
  | 'TagResource';

function secretPrefix(place: Place, name: string): string {
  return `agentcore-${place.prefix}/${name}`;
}
