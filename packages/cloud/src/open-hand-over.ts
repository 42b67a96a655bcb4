import { createLambdaInvoker } from '@hitl/aws';
import { loadEnv } from '@hitl/lambda';
import type { HandOver } from './hand-over-notifier.ts';

/** Asynchronous calls of `REQUEST_APPROVAL_FUNCTION`, which Lambda tries again and keeps when they fail. */
export function openHandOver(region: string): HandOver {
  const { REQUEST_APPROVAL_FUNCTION: functionName } = loadEnv({ required: ['REQUEST_APPROVAL_FUNCTION'] });
  return createLambdaInvoker({ region, functionName });
}
