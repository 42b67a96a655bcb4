import { HitlError, InvalidInputError, type JsonValue } from '@hitl/core';
import type { StateMachineDefinition, TaskState } from '@hitl/workflow';
import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import type { LocalFunction } from './local-function.ts';

/** @throws InvalidInputError when the definition is not valid or names a function that is not there. */
export function createMachine(
  definition: StateMachineDefinition,
  functions: Readonly<Record<string, LocalFunction>>,
): StateMachine {
  for (const [name, task] of tasksOf(definition)) {
    if (!Object.hasOwn(functions, task.Parameters.FunctionName)) {
      throw new InvalidInputError(
        `state ${name} calls ${task.Parameters.FunctionName}, which is not among the functions`,
      );
    }
  }
  try {
    return new StateMachine(toJson(definition) as unknown as ConstructorParameters<typeof StateMachine>[0]);
  } catch (error) {
    throw new InvalidInputError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function tasksOf(definition: StateMachineDefinition): [string, TaskState][] {
  return Object.entries(definition.States).filter(
    (entry): entry is [string, TaskState] => entry[1].Type === 'Task',
  );
}

/** The error that ended the execution, under the name that the state machine gave it. */
export function endOf(error: unknown): Error {
  const cause = error instanceof ExecutionError ? error.cause : error;
  if (cause instanceof HitlError) return cause;
  return cause instanceof Error ? named(cause.name, cause.message) : new Error(String(cause));
}

export function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** Functions get and give copies, as over the wire. */
export function toJson(value: unknown): JsonValue | undefined {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
}

export async function reportStates(
  executionId: string,
  events: AsyncIterable<{ readonly type: string }>,
  report: (executionId: string, state: string) => void,
): Promise<void> {
  for await (const event of events) {
    if (event.type === 'StateEntered' && 'state' in event)
      report(executionId, (event.state as { name: string }).name);
  }
}
