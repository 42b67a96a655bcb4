export { createSecretsManagerClient } from './create-secrets-manager-client.ts';
export { createSecretsManagerStore, type SecretStore } from './create-secrets-manager-store.ts';
export {
  createSecretsManagerSecretSource,
  type SecretsManagerSecretSourceOptions,
} from './secrets-manager-secret-source.ts';
