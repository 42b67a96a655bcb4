import { type LocalStack, startLocalStack } from '@hitl/local';
import { createApiClient } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import type { Output } from '../output.ts';
import { createStackLogger } from '../stack-logger.ts';
import { attendApprovals, pendingApprovals } from './approval-desk.ts';
import { nextSampleQuery, samplePeople } from './sample-request.ts';
import { submitRequest } from './submit-request.ts';

export interface StartOptions {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly port: number;
  readonly hasSample: boolean;
}

/** The local stack in the foreground: serves, shows the main job on one request, and asks here for the vote. */
export async function runStartSession(context: CommandContext, options: StartOptions): Promise<void> {
  const { output, signal } = context;
  const stack = await startLocalStack({
    dataDir: options.dataDir,
    env: options.env,
    listen: { port: options.port },
    logger: createStackLogger(options.env),
  });
  const api = createApiClient({ baseUrl: 'http://127.0.0.1', token: stack.token, fetch: stack.fetch });
  try {
    if (output.isJson) output.result(describeStack(stack, options.dataDir), () => '');
    greet(output, stack, options.dataDir);
    const waiting = (await pendingApprovals({ stack, api })).length;
    if (waiting > 0)
      output.say(
        `${waiting === 1 ? 'One request waits' : `${waiting} requests wait`} since an earlier start.\n`,
      );
    else if (options.hasSample) await submitSample(context, stack, api);
    if (!signal.aborted)
      await attendApprovals({
        stack,
        api,
        context,
        command: options.env.DATA_DIR ? `DATA_DIR=${options.dataDir} npx hitl-mcp` : 'npx hitl-mcp',
        isAttended: process.stdin.isTTY === true && process.stdout.isTTY === true,
      });
  } finally {
    output.say('\nstopping…');
    await stack.close();
  }
}

function describeStack(stack: LocalStack, dataDir: string): object {
  return {
    url: stack.url,
    pid: process.pid,
    data_dir: dataDir,
    token_path: stack.tokenPath,
    model_id: stack.deps.modelId,
    policy: stack.policySource,
  };
}

function greet(output: Output, stack: LocalStack, dataDir: string): void {
  const { bold, dim } = output.colors;
  output.say(bold('hitl-mcp: AI agents ask people before they act'));
  output.say(`  API      ${stack.url}  ${dim(`(bearer token in ${stack.tokenPath})`)}`);
  output.say(`  data     ${dataDir}`);
  output.say(`  model    ${stack.deps.modelId}`);
  output.say(`  policy   ${stack.policySource}`);
  for (const line of stack.serverLines) output.say(`  server   ${line}`);
  output.say(`  people   ${stack.peopleLine}\n`);
}

/** Only where the accounts are emulated: nobody's real directory is asked for a change that its owner did not ask for. */
async function submitSample(
  context: CommandContext,
  stack: LocalStack,
  api: ReturnType<typeof createApiClient>,
): Promise<void> {
  if (!stack.serverLines.some((line) => line.includes('emulated Google'))) {
    context.output.say('no sample request: the Google server is not the emulated one\n');
    return;
  }
  const earlier = await stack.deps.runs.list({ user_id: samplePeople.requester, limit: 50 });
  await submitRequest(stack, api, context, {
    userId: samplePeople.requester,
    query: nextSampleQuery(earlier.items),
  });
}
