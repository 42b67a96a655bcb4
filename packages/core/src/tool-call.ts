import { z } from 'zod';
import { digestOf } from './digest.ts';
import { jsonObjectSchema } from './tool-definition.ts';

export const toolCallSchema = z.object({
  server: z.string().min(1),
  tool: z.string().min(1),
  arguments: jsonObjectSchema,
});
export type ToolCall = z.infer<typeof toolCallSchema>;

/**
 * What would change, read from the target before anyone decides. `state_digest` covers the part of the target's state that
 * the change rests on: when it differs at execution, the target has drifted and the call is refused.
 */
export const previewSchema = z.object({
  summary: z.string(),
  changes: z.array(z.object({ path: z.string(), before: z.json().optional(), after: z.json().optional() })),
  warnings: z.array(z.string()).optional(),
  state_digest: z.string().min(1),
});
export type Preview = z.infer<typeof previewSchema>;

/** What a vote is bound to: the exact call, the tool's pinned definition, and the preview that was shown. */
export function toolCallDigest(call: ToolCall, toolDigest: string, preview?: Preview): string {
  return digestOf({
    server: call.server,
    tool: call.tool,
    arguments: call.arguments,
    tool_digest: toolDigest,
    ...(preview === undefined ? {} : { preview_digest: digestOf(preview) }),
  });
}

/** One digest over all calls of an approval request, in order, and the request itself: a vote can't be replayed elsewhere. */
export function approvalDigest(approvalId: string, callDigests: readonly string[]): string {
  return digestOf({ approval_id: approvalId, calls: callDigests });
}
