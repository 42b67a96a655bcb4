export {
  type CallOptions,
  createSlackClient,
  type SlackAnswer,
  type SlackArguments,
  type SlackClient,
  type SlackClientDeps,
} from './create-slack-client.ts';
export type { PostedMessage, PostOnceOptions } from './post-once.ts';
export { SlackBusyError } from './slack-busy-error.ts';
export { rateKeysOf } from './slack-rates.ts';
