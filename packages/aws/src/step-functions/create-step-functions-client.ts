import { SFNClient } from '@aws-sdk/client-sfn';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';

export function createStepFunctionsClient(options: ServiceClientOptions): SFNClient {
  return new SFNClient(clientConfiguration(options));
}
