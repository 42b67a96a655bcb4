export { type BotTokens, type BotTokensOptions, createBotTokens } from './create-bot-tokens.ts';
export {
  createInstallRoutes,
  type InstallRoutes,
  type InstallRoutesOptions,
} from './create-install-routes.ts';
export { createSlackSecretReader, type SlackSecretReaderOptions } from './create-slack-secret-reader.ts';
export { createTokenRotation, type TokenRotationOptions } from './create-token-rotation.ts';
export {
  type Installation,
  type InstallationRef,
  installationIdOf,
  installationSchema,
} from './installation.ts';
export {
  createSecretInstallationStore,
  type InstallationStore,
  type WritableSecrets,
} from './installation-store.ts';
export type { OauthClient } from './oauth-client.ts';
export { removeInstallation } from './remove-installation.ts';
export { forgetHome, rememberedHome, rememberHome } from './slack-home.ts';
export { parseSlackSecret, type SlackSecret } from './slack-secret.ts';
