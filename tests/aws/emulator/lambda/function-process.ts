// One execution environment of a function: loads the unpacked deployment package and answers one event at a time.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface InvocationMessage {
  readonly event: unknown;
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
}

export type InvocationReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: { errorType: string; errorMessage: string; trace: string[] } };

const env = process.env;
const send = (reply: InvocationReply) => new Promise((resolve) => process.send?.(reply, resolve));
const describe = (error: unknown): InvocationReply => ({
  kind: 'error',
  error: {
    errorType: error instanceof Error ? error.name : typeof error,
    errorMessage: error instanceof Error ? error.message : String(error),
    trace: error instanceof Error ? (error.stack ?? '').split('\n') : [],
  },
});

try {
  const [file = '', name = ''] = (env._HANDLER ?? '').split('.');
  const module: Record<string, unknown> = await import(
    pathToFileURL(join(env.LAMBDA_TASK_ROOT ?? '', `${file}.mjs`)).href
  );
  const handler = module[name];
  if (typeof handler !== 'function') throw new Error(`${env._HANDLER} is undefined or not exported`);
  process.on('message', ({ event, requestId, functionArn, deadlineMs }: InvocationMessage) => {
    const context = {
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      invokedFunctionArn: functionArn,
      awsRequestId: requestId,
      callbackWaitsForEmptyEventLoop: true,
      // By the real clock, whatever the function's own says.
      getRemainingTimeInMillis: () => Math.floor(deadlineMs - performance.timeOrigin - performance.now()),
    };
    Promise.resolve()
      .then(() => handler(event, context))
      .then((result: unknown) => send({ kind: 'result', result: result ?? null }))
      .catch((error: unknown) => send(describe(error)));
  });
  await send({ kind: 'ready' });
} catch (error) {
  await send(describe(error));
  process.exit(1);
}
