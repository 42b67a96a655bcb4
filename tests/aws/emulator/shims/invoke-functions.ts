import { type FrontResponse, json, type Shim } from '../front-request.ts';
import { type DeployedFunctions, parseFunctionName } from '../lambda/deployed-functions.ts';
import type { FunctionHost, FunctionResult } from '../lambda/function-host.ts';

/** Puts an event that a function failed on into its dead-letter queue, or onto its topic. */
export type SendDeadLetter = (
  arn: string,
  event: string,
  attributes: Record<string, string>,
) => Promise<void>;

/**
 * Lambda's Invoke by the deployed package itself; moto would need Docker and AWS's images. A function that is called
 * asynchronously and fails is called twice more, at once where AWS waits for minutes, and then its event is a dead letter.
 */
export function invokeFunctions(options: {
  readonly functions: DeployedFunctions;
  readonly host: FunctionHost;
  readonly sendDeadLetter: SendDeadLetter;
  readonly background: (work: Promise<unknown>) => void;
}): Shim {
  const { functions, host, sendDeadLetter, background } = options;
  return async (request): Promise<FrontResponse | undefined> => {
    const [path = '', query] = request.path.split('?');
    const match = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path);
    if (match === null || request.method !== 'POST') {
      await functions.observe(request);
      return undefined;
    }
    const named = parseFunctionName(decodeURIComponent(match[1] ?? ''));
    const qualifier = new URLSearchParams(query).get('Qualifier') ?? named.qualifier;
    const target = await functions.find(named.name, qualifier);
    if (target === undefined) {
      const message = `Function not found: ${match[1]}`;
      return json(
        404,
        { Type: 'User', Message: message },
        { 'x-amzn-errortype': 'ResourceNotFoundException' },
      );
    }
    const text = request.body.toString('utf8');
    const event: unknown = text === '' ? {} : JSON.parse(text);
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type === 'DryRun') return { status: 204 };
    if (type === 'Event') {
      background(invokeInTheEnd());
      return { status: 202 };
    }
    const { payload, isError } = await host.invoke(target, event);
    return json(200, payload, {
      'x-amz-executed-version': target.version,
      ...(isError ? { 'x-amz-function-error': 'Unhandled' } : {}),
    });

    async function invokeInTheEnd(): Promise<void> {
      if (target === undefined) return;
      let result: FunctionResult | undefined;
      for (let attempt = 0; attempt < 3; attempt += 1) {
        result = await host.invoke(target, event);
        if (!result.isError) return;
      }
      if (target.deadLetterArn === undefined || result === undefined) return;
      const { errorMessage = '' } = result.payload as { errorMessage?: string };
      await sendDeadLetter(target.deadLetterArn, text, {
        RequestID: result.requestId,
        ErrorCode: '200',
        ErrorMessage: errorMessage.slice(0, 1000),
      });
    }
  };
}
