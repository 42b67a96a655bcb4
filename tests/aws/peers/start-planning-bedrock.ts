import { createOfflinePlanner } from '@hitl/agent';
import type { ConverseRequest } from '../../../packages/aws/test/bedrock-peer/converse-request.ts';
import type { AnswerBlock, PeerAnswer } from '../../../packages/aws/test/bedrock-peer/peer-answer.ts';
import {
  type BedrockPeer,
  startBedrockPeer,
} from '../../../packages/aws/test/bedrock-peer/start-bedrock-peer.ts';

type Planner = ReturnType<typeof createOfflinePlanner>;
type CallOptions = Parameters<Planner['doGenerate']>[0];

/** Bedrock's runtime on loopback, with the offline planner where the model would think. */
export function startPlanningBedrock(): Promise<BedrockPeer> {
  const planner = createOfflinePlanner();
  return startBedrockPeer({
    async answer({ body }): Promise<PeerAnswer> {
      const { content } = await planner.doGenerate(toCall(body));
      const blocks = content.flatMap((part): AnswerBlock[] => {
        if (part.type === 'text') return [{ text: part.text }];
        if (part.type !== 'tool-call') return [];
        const { toolCallId: toolUseId, toolName: name, input } = part;
        return [{ toolUse: { toolUseId, name, input: JSON.parse(input) as object } }];
      });
      const stopReason = blocks.some((block) => 'toolUse' in block) ? 'tool_use' : 'end_turn';
      return { kind: 'message', content: blocks, stopReason };
    },
  });
}

function toCall(body: ConverseRequest): CallOptions {
  const names = new Map<string, string>();
  const prompt = body.messages.flatMap(({ role, content }): unknown[] => {
    if (role === 'assistant') {
      return [
        {
          role,
          content: content.flatMap((block): unknown[] => {
            if ('text' in block) return [{ type: 'text', text: block.text }];
            if (!('toolUse' in block)) return [];
            const { toolUseId: toolCallId, name: toolName, input } = block.toolUse;
            names.set(toolCallId, toolName);
            return [{ type: 'tool-call', toolCallId, toolName, input }];
          }),
        },
      ];
    }
    const texts = content.flatMap((block) => ('text' in block ? [{ type: 'text', text: block.text }] : []));
    const results = content.flatMap((block) => {
      if (!('toolResult' in block)) return [];
      const { toolUseId: toolCallId, content: parts, status } = block.toolResult;
      const value = parts.map((part) => ('text' in part ? part.text : JSON.stringify(part.json))).join('\n');
      const output = { type: status === 'error' ? 'error-text' : 'text', value };
      return [{ type: 'tool-result', toolCallId, toolName: names.get(toolCallId) ?? '', output }];
    });
    return [
      ...(results.length > 0 ? [{ role: 'tool', content: results }] : []),
      ...(texts.length > 0 ? [{ role: 'user', content: texts }] : []),
    ];
  });
  const tools = body.toolConfig?.tools.map(({ toolSpec }) => ({
    type: 'function',
    name: toolSpec.name,
    description: toolSpec.description,
    inputSchema: toolSpec.inputSchema.json,
  }));
  const system = (body.system ?? []).map(({ text }) => ({ role: 'system', content: text }));
  return { prompt: [...system, ...prompt], ...(tools === undefined ? {} : { tools }) } as CallOptions;
}
