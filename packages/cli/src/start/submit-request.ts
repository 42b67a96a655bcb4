import { createRun } from '@hitl/application';
import type { LocalStack } from '@hitl/local';
import type { ApiClient } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { printRun, settledRun } from './follow-run.ts';

/** Submits one request and shows it up to the point where it is finished or people must decide. */
export async function submitRequest(
  stack: LocalStack,
  api: ApiClient,
  { output, signal }: Pick<CommandContext, 'output' | 'signal'>,
  request: { readonly userId: string; readonly query: string },
) {
  const { run } = await createRun(
    stack.deps,
    { id: request.userId, kind: 'user', assurance: 'asserted', channel: 'cli' },
    { query: request.query },
  );
  // Watched from before the start, so that nothing is missed.
  const printed = printRun(stack, run.run_id, output, signal);
  await stack.deps.workflow.start(run.run_id);
  await printed;
  return settledRun(api, run.run_id, signal);
}
