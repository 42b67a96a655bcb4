export { checkBlocks } from './check-blocks.ts';
export { checkView } from './check-view.ts';
export {
  type Click,
  createSlackDriver,
  type Said,
  type SlackDriver,
  type SlackDriverOptions,
} from './create-slack-driver.ts';
export {
  type DeliveryOptions,
  type SignedDelivery,
  type SlackRetryReason,
  toHttpApiEvent,
} from './delivery.ts';
export type { EmulatedWorkspace, SlackWorkspaceSeed } from './emulated-workspace.ts';
export type { AgentSession, EphemeralMessage, ThreadStatus } from './front-context.ts';
export type { RecordedCall } from './handle-slack-call.ts';
export type { TierViolation } from './rate-gate.ts';
export { type RateTier, slackRateTiers } from './rate-tiers.ts';
export { signSlackBody } from './sign-slack-body.ts';
export type { SlackFault } from './slack-faults.ts';
export type { Consent, SlackAppSeed } from './slack-oauth.ts';
export { defaultScopes } from './slack-scopes.ts';
export type { SlackMessage } from './slack-transcript.ts';
export type { OpenView } from './slack-views.ts';
export { type SlackFront, type SlackFrontOptions, startSlackFront } from './start-slack-front.ts';
