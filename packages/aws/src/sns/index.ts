export { createSnsNotifier, type SnsNotifierOptions } from './create-sns-notifier.ts';
