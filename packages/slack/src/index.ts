export * from './approval-controls.ts';
export * from './call/ask-token-owner.ts';
export * from './call/create-slack-caller.ts';
export * from './call/slack-refused-error.ts';
export * from './client/index.ts';
export {
  createInProcessJobQueue,
  type InProcessJobQueue,
  type InProcessJobQueueOptions,
} from './create-in-process-job-queue.ts';
export * from './ingress/index.ts';
export * from './install/index.ts';
export * from './jobs.ts';
export * from './login/index.ts';
export { missingBotScopes } from './manifest/app-features.ts';
export { type AppManifestOptions, createAppManifest } from './manifest/create-app-manifest.ts';
export { renderAppManifest } from './manifest/render-app-manifest.ts';
export { decodeModalMetadata, encodeModalMetadata, type ModalMetadata } from './modal-metadata.ts';
export { createQueueNotifier } from './notify/create-queue-notifier.ts';
export { queueEntryOf } from './queue-entry-of.ts';
export * from './render/index.ts';
export { slackPaths } from './slack-paths.ts';
export { splitJobQueue } from './split-job-queue.ts';
export * from './stream/index.ts';
export * from './verify/index.ts';
