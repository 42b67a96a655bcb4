import type { GuardrailReference } from './guardrail.ts';
import type { Place } from './place.ts';
import type { Role } from './role.ts';

/** `us.anthropic.…`, `global.anthropic.…`: an inference profile, which calls the model in whichever region has room. */
const profile = /^(?:us|us-gov|eu|jp|au|apac|ca|global)\.(?<model>.+)$/;

/** One model, by its inference profile where it has one, and the guardrail. */
export function grantModel(
  role: Role,
  props: { readonly place: Place; readonly modelId: string; readonly guardrail?: GuardrailReference },
): void {
  const { place, modelId, guardrail } = props;
  const actions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
  const model = profile.exec(modelId)?.groups?.model;
  if (model === undefined) {
    role.allow({
      sid: 'InvokeModel',
      actions,
      resources: [`arn:${place.partition}:bedrock:${place.region}::foundation-model/${modelId}`],
    });
  } else {
    const profileArn = place.arn('bedrock', `inference-profile/${modelId}`);
    role.allow({ sid: 'InvokeProfile', actions, resources: [profileArn] });
    role.allow({
      sid: 'InvokeModelByProfile',
      actions,
      // The profile chooses the region; the condition is what keeps the model from being called around it.
      resources: [
        `arn:${place.partition}:bedrock:*::foundation-model/${model}`,
        ...(modelId.startsWith('global.')
          ? [`arn:${place.partition}:bedrock:::foundation-model/${model}`]
          : []),
      ],
      condition: { StringEquals: { 'bedrock:InferenceProfileArn': profileArn } },
    });
  }
  if (guardrail !== undefined) {
    role.allow({ sid: 'ApplyGuardrail', actions: ['bedrock:ApplyGuardrail'], resources: [guardrail.arn] });
  }
}

/** One AgentCore runtime (by any of its endpoints) or gateway. */
export function grantAgentCore(role: Role, arn: string): void {
  const isRuntime = arn.includes(':runtime/');
  role.allow({
    sid: 'InvokeAgentCore',
    actions: isRuntime
      ? // The second, since the runtime is told who asks.
        ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntimeForUser']
      : ['bedrock-agentcore:InvokeGateway'],
    resources: isRuntime ? [arn, `${arn}/runtime-endpoint/*`] : [arn],
  });
}
