import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { HitlError, UnavailableError } from '@hitl/core';
import { checkItemSize } from './item-size.ts';

/**
 * Runs one request. The SDK has retried what can be retried; what is left becomes `UnavailableError`. Its message names the
 * SDK's error but not the SDK's words, which can hold item contents; those stay in `cause`.
 */
export async function callTable<T>(what: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof HitlError || error instanceof ConditionalCheckFailedException) throw error;
    const name = error instanceof Error ? error.name : 'unknown error';
    throw new UnavailableError(`${what} is not possible now (${name})`, { cause: error });
  }
}

/** One put of one item. False when its condition did not hold. @throws InvalidInputError for an item that is too large. */
export async function putItem(
  client: DynamoDBDocumentClient,
  what: string,
  input: PutCommandInput & { Item: Record<string, unknown> },
): Promise<boolean> {
  checkItemSize(what, input.Item);
  try {
    await callTable(what, () => client.send(new PutCommand(input)));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
