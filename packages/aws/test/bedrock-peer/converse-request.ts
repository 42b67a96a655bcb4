import { z } from 'zod';

const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'toolSpec names must match [a-zA-Z0-9_-]{1,64}');
const toolUseId = z.string().regex(/^[a-zA-Z0-9_.:-]{1,64}$/);

const contentBlock = z.union([
  z.strictObject({ text: z.string().min(1, 'text content blocks must be non-empty') }),
  z.strictObject({
    toolUse: z.strictObject({ toolUseId, name: toolName, input: z.record(z.string(), z.json()) }),
  }),
  z.strictObject({
    toolResult: z.strictObject({
      toolUseId,
      content: z.array(z.union([z.strictObject({ text: z.string() }), z.strictObject({ json: z.json() })])),
      status: z.enum(['success', 'error']).optional(),
    }),
  }),
]);

/** The part of Converse's request that our agent uses, closed: a member that Bedrock does not know is refused. */
export const converseRequestSchema = z
  .strictObject({
    system: z.array(z.strictObject({ text: z.string().min(1) })).optional(),
    messages: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.array(contentBlock).min(1) }))
      .min(1),
    inferenceConfig: z
      .strictObject({
        maxTokens: z.int().min(1).optional(),
        temperature: z.number().min(0).max(1).optional(),
        topP: z.number().optional(),
        stopSequences: z.array(z.string()).optional(),
      })
      .optional(),
    toolConfig: z
      .strictObject({
        tools: z
          .array(
            z.strictObject({
              toolSpec: z.strictObject({
                name: toolName,
                description: z.string().min(1).optional(),
                inputSchema: z.strictObject({ json: z.looseObject({ type: z.literal('object') }) }),
                strict: z.boolean().optional(),
              }),
            }),
          )
          .min(1),
        toolChoice: z
          .union([
            z.strictObject({ auto: z.strictObject({}) }),
            z.strictObject({ any: z.strictObject({}) }),
            z.strictObject({ tool: z.strictObject({ name: toolName }) }),
          ])
          .optional(),
      })
      .optional(),
    guardrailConfig: z
      .strictObject({
        guardrailIdentifier: z.string().regex(/^[a-z0-9]+$/),
        guardrailVersion: z.string().regex(/^([1-9][0-9]{0,7}|DRAFT)$/),
        trace: z.enum(['enabled', 'disabled', 'enabled_full']).optional(),
        streamProcessingMode: z.enum(['sync', 'async']).optional(),
      })
      .optional(),
    additionalModelRequestFields: z.record(z.string(), z.json()).optional(),
    additionalModelResponseFieldPaths: z.array(z.string()).optional(),
  })
  .superRefine((request, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message });
    let open: string[] = [];
    for (const [i, message] of request.messages.entries()) {
      if (message.role !== (i % 2 === 0 ? 'user' : 'assistant'))
        refuse('roles must alternate between "user" and "assistant", beginning with "user"');
      const uses = message.content.flatMap((block) => ('toolUse' in block ? [block.toolUse.toolUseId] : []));
      const results = message.content.flatMap((block) =>
        'toolResult' in block ? [block.toolResult.toolUseId] : [],
      );
      if (results.toSorted().join() !== open.toSorted().join())
        refuse('toolResult blocks must answer exactly the toolUse blocks of the previous turn');
      if (uses.length > 0 && message.role === 'user') refuse('toolUse blocks are the assistant’s');
      if ((uses.length > 0 || results.length > 0) && request.toolConfig === undefined)
        refuse('toolConfig must be defined when using toolUse and toolResult content blocks');
      open = uses;
    }
    if (request.messages.at(-1)?.role !== 'user') refuse('the conversation must end with a user message');
  });
export type ConverseRequest = z.infer<typeof converseRequestSchema>;
