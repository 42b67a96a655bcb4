export { createSlackIngress, type SlackIngress } from './create-slack-ingress.ts';
export type { IngressLog, SlackIngressDeps } from './ingress-deps.ts';
export { isKnownThread, rememberThread } from './known-threads.ts';
