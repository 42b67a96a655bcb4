export { createGoogleAdminServer } from './create-google-admin-server.ts';
export type { UserLock } from './create-user-lock.ts';
export type { RetryPolicy } from './directory/send-with-retry.ts';
export type { GoogleAdminOptions } from './google-admin-options.ts';
export {
  type GoogleCredentials,
  type GoogleCredentialVariables,
  parseGoogleCredentials,
} from './google-credentials.ts';
export { createFilePasswordDelivery } from './passwords/create-file-password-delivery.ts';
export {
  createSecretPasswordDelivery,
  type SecretKeeper,
} from './passwords/create-secret-password-delivery.ts';
export type { DeliveredPassword, PasswordDelivery } from './passwords/password-delivery.ts';
