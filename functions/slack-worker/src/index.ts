export type { Agent } from './agent.ts';
export { createSlackWorker, type SlackWorker } from './create-slack-worker.ts';
export { openAgentCore } from './open-agent-core.ts';
export { openSlackParts, type SlackPartsOptions } from './open-slack-parts.ts';
export type { Delivery, SlackWorkerDeps } from './slack-worker-deps.ts';
