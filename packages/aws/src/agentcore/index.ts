export {
  type AgentCoreAuth,
  type AgentCoreClient,
  type AgentCoreClientOptions,
  type AgentCoreRequest,
  createAgentCoreClient,
} from './create-agent-core-client.ts';
