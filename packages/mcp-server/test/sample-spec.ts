import { ConflictError, digestOf } from '@hitl/core';
import { z } from 'zod';
import { defineTool, type McpServerSpec } from '../src/index.ts';

/** A server with one tool of each kind that matters; `seen` tells what reached it. */
export function createSampleSpec() {
  const seen = { keys: [] as (string | undefined)[], aborted: 0, unexpected: [] as unknown[] };
  let waiting: (() => void) | undefined;
  const started = new Promise<void>((resolve) => {
    waiting = resolve;
  });
  const input = z.strictObject({
    name: z.string().regex(/^[a-z]+$/, 'lower-case letters only'),
    tags: z.array(z.string()).optional(),
  });
  const output = z.object({ renamed: z.string() });
  const annotations = { readOnlyHint: false, destructiveHint: false, idempotentHint: true };
  const spec: McpServerSpec = {
    name: 'sample',
    version: '1.2.3',
    onUnexpectedError: (_tool, error) => seen.unexpected.push(error),
    tools: [
      defineTool({
        name: 'rename',
        title: 'Rename',
        description: 'Renames the thing.',
        inputSchema: input,
        outputSchema: output,
        annotations,
        async execute({ name }, context) {
          seen.keys.push(context.idempotencyKey);
          return { renamed: name };
        },
        async preview({ name }) {
          return {
            summary: `Rename to ${name}`,
            changes: [{ path: 'name', before: null, after: name }],
            state_digest: digestOf({ name: null }),
          };
        },
      }),
      defineTool({
        name: 'conflict',
        title: 'Conflict',
        description: 'Always conflicts.',
        inputSchema: z.strictObject({}),
        outputSchema: output,
        annotations,
        async execute(): Promise<{ renamed: string }> {
          throw new ConflictError('conflict', 'somebody else was first', {
            details: { seen_by: 'u1', access_token: 'abcdefgh' },
          });
        },
      }),
      defineTool({
        name: 'crash',
        title: 'Crash',
        description: 'Throws what nobody may see.',
        inputSchema: z.strictObject({}),
        outputSchema: output,
        annotations,
        async execute(): Promise<{ renamed: string }> {
          throw new Error('connect to db-17.internal as root failed');
        },
      }),
      defineTool({
        name: 'wait',
        title: 'Wait',
        description: 'Waits until it is aborted.',
        inputSchema: z.strictObject({}),
        outputSchema: output,
        annotations,
        execute: (_input, { signal }) =>
          new Promise<{ renamed: string }>((_resolve, reject) => {
            waiting?.();
            signal.addEventListener('abort', () => {
              seen.aborted += 1;
              reject(new Error('aborted'));
            });
          }),
      }),
    ],
  };
  return { spec, seen, started };
}
