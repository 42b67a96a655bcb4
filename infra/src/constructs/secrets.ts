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
} as const;
export type SecretName = keyof typeof descriptions;

/** Empty shells: their values are put in by hand or by a rotation and never enter Terraform's state. */
export class Secrets extends Construct {
  readonly #secrets: Readonly<Record<SecretName, SecretsmanagerSecret>>;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly place: Place; readonly recoveryDays: number; readonly key?: EncryptionKey },
  ) {
    super(scope, id);
    const { place, recoveryDays, key } = props;
    this.#secrets = Object.fromEntries(
      Object.entries(descriptions).map(([name, description]) => [
        name,
        new SecretsmanagerSecret(this, name, {
          name: `agentcore-${place.prefix}/${name}`,
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
    role.allow({
      sid: 'ReadSecrets',
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets.map((secret) => this.#secrets[secret].arn),
    });
  }

  /** For the function that stores the token of an installed Slack app. */
  grantUpdate(role: Role, secret: SecretName): void {
    role.allow({
      sid: 'UpdateSecret',
      actions: ['secretsmanager:PutSecretValue'],
      resources: [this.#secrets[secret].arn],
    });
  }
}
