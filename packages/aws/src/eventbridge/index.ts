export {
  createEventBridgeNotifier,
  type EventBridgeNotifierOptions,
  eventSource,
} from './create-event-bridge-notifier.ts';
