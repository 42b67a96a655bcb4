export type { StreamEvent } from '@hitl/core';
export type { LanguageModel } from 'ai';
export type { AgentDeps, AgentLimits, ProposedCall } from './agent-deps.ts';
export { type AdvanceResult, AgentOrchestrator } from './agent-orchestrator.ts';
export { createOpenAiCompatibleModel } from './create-open-ai-compatible-model.ts';
export { ModelFailure } from './model-failure.ts';
export { createOfflinePlanner, offlinePlannerModelId } from './offline-planner/create-offline-planner.ts';
export { validateArguments } from './validate-arguments.ts';
