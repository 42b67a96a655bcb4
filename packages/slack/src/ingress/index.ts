export { createSlackIngress, type SlackIngress } from './create-slack-ingress.ts';
export type { IngressLog, SlackIngressDeps } from './ingress-deps.ts';
export type { InstallationRef } from './installation-of.ts';
export {
  createSlackCaller,
  type SlackCall,
  type SlackCaller,
  type SlackCallerOptions,
  SlackRefusedError,
} from './slack-caller.ts';
