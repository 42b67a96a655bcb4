export { createSlackClient, type SlackClientDeps } from './create-slack-client.ts';
export { SlackBusyError } from './slack-busy-error.ts';
export type {
  CallOptions,
  PostedMessage,
  PostOnceOptions,
  SlackAnswer,
  SlackArguments,
  SlackClient,
} from './slack-client.ts';
export { rateKeysOf } from './slack-rates.ts';
