export { costTags } from '../cost-tags.ts';
export { createLightClient, type LightClient, type LightClientOptions } from './create-light-client.ts';
export { createLightItemStore, type LightItemStoreOptions } from './light-item-store.ts';
export { createLightJobQueue } from './light-job-queue.ts';
export { createLightSecretStore } from './light-secret-store.ts';
export type { AwsCredentials } from './sign-request.ts';
