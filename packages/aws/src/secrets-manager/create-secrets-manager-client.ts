import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';

export function createSecretsManagerClient(options: ServiceClientOptions): SecretsManagerClient {
  return new SecretsManagerClient(clientConfiguration(options));
}
