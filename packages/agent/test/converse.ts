import type { LanguageModelV4, LanguageModelV4FunctionTool, LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { ToolDefinition } from '@hitl/core';

export interface Conversed {
  /** `alias/tool {arguments}` by step. */
  readonly steps: readonly (readonly string[])[];
  readonly text: string;
}

/** Plays a whole conversation: every call gets `answer`'s result, until the model says something without calling. */
export async function converse(
  model: LanguageModelV4,
  request: string,
  tools: readonly ToolDefinition[],
  answer: (name: string) => { readonly text: string; readonly isError?: boolean } = () => ({ text: 'ok' }),
): Promise<Conversed> {
  const functions = tools.map(
    ({ wire_name, description, input_schema }) =>
      ({
        type: 'function',
        name: wire_name,
        description,
        inputSchema: input_schema,
      }) as LanguageModelV4FunctionTool,
  );
  const prompt: LanguageModelV4Prompt = [
    { role: 'system', content: 'Instructions.' },
    { role: 'user', content: [{ type: 'text', text: request }] },
  ];
  const steps: string[][] = [];
  for (let step = 0; step < 20; step += 1) {
    const { content } = await model.doGenerate({ prompt, tools: functions });
    const calls = content.filter((part) => part.type === 'tool-call');
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    if (calls.length === 0) return { steps, text };
    steps.push(calls.map(({ toolName, input }) => `${toolName.replace('__', '/')} ${input}`));
    prompt.push({
      role: 'assistant',
      content: calls.map(({ toolCallId, toolName, input }) => ({
        type: 'tool-call',
        toolCallId: `${step}-${toolCallId}`,
        toolName,
        input: JSON.parse(input) as unknown,
      })),
    });
    prompt.push({
      role: 'tool',
      content: calls.map(({ toolCallId, toolName }) => {
        const { text: value, isError } = answer(toolName);
        const type = isError === true ? 'error-text' : 'text';
        return {
          type: 'tool-result',
          toolCallId: `${step}-${toolCallId}`,
          toolName,
          output: { type, value },
        };
      }),
    });
  }
  throw new Error('the conversation does not end');
}
