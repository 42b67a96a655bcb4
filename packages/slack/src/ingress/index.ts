export { createSlackIngress, type SlackIngress } from './create-slack-ingress.ts';
export type { SlackIngressDeps } from './ingress-deps.ts';
export { isKnownThread, rememberThread } from './known-threads.ts';
