import { z } from 'zod';

/**
 * What `model-answered.messages` holds: the model's message in the AI SDK's shape, its call ids replaced by ours, and why
 * some of its calls could not be looked at (unknown tool, arguments that do not fit), by our call id.
 */
export const storedStepSchema = z.strictObject({
  assistant: z.strictObject({
    role: z.literal('assistant'),
    content: z.array(z.record(z.string(), z.json())),
  }),
  invalid: z.record(z.string(), z.string()),
});
export type StoredStep = z.infer<typeof storedStepSchema>;

/** The arguments of one call of a stored step; `undefined` when the step holds no such call. */
export function storedArguments(step: StoredStep, callId: string): unknown {
  return step.assistant.content.find((part) => part.type === 'tool-call' && part.toolCallId === callId)
    ?.input;
}
