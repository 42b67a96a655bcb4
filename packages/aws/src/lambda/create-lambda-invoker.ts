import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { InvalidInputError, type JsonObject } from '@hitl/core';
import { callService } from '../call-service.ts';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';

export interface LambdaInvokerOptions extends ServiceClientOptions {
  /** Name, ARN or alias ARN. */
  readonly functionName: string;
}

/** Lambda's limit on what a function is called with asynchronously. */
const maximumPayloadBytes = 262_144;

/**
 * Calls a function without waiting for what it does: the event is kept by Lambda, tried again, and put to the function's dead
 * letters when it fails for good.
 * @throws UnavailableError when Lambda did not take the event; InvalidInputError when it is too large.
 */
export function createLambdaInvoker(options: LambdaInvokerOptions): (event: JsonObject) => Promise<void> {
  const client = new LambdaClient(clientConfiguration(options));
  return async (event) => {
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > maximumPayloadBytes)
      throw new InvalidInputError(`an event may have at most ${maximumPayloadBytes} bytes`);
    await callService('calling a function', () =>
      client.send(
        new InvokeCommand({
          FunctionName: options.functionName,
          InvocationType: 'Event',
          Payload: Buffer.from(payload),
        }),
      ),
    );
  };
}
