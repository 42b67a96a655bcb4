import {
  InvalidToken,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { InvalidInputError, type TaskCallback, withoutText } from '@hitl/core';
import { callService } from '../call-service.ts';

/** Step Functions' limit on any payload. */
const maximumOutputBytes = 262_144;

/** `TaskCallback` over `SendTaskSuccess`. */
export function createStepFunctionsTaskCallback(options: { readonly client: SFNClient }): TaskCallback {
  return {
    async succeed(token, output) {
      await sendTaskSuccess(options.client, token, JSON.stringify(output));
    },
  };
}

/** False when nothing waits with that token (any more). */
export async function sendTaskSuccess(client: SFNClient, token: string, output: string): Promise<boolean> {
  if (Buffer.byteLength(output) > maximumOutputBytes)
    throw new InvalidInputError(`a task's output may have at most ${maximumOutputBytes} bytes`);
  return callService(
    'answering a waiting task',
    async () => {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken: token, output }));
      } catch (error) {
        // AWS quotes what it refuses, and errors are logged.
        throw withoutText(error, token);
      }
      return true;
    },
    (error) =>
      error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken
        ? { value: false }
        : undefined,
  );
}
