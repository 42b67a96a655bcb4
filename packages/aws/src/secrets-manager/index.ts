export { createSecretsManagerClient } from './create-secrets-manager-client.ts';
export {
  createSecretsManagerSecretSource,
  type SecretsManagerSecretSourceOptions,
} from './secrets-manager-secret-source.ts';
