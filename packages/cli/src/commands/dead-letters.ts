import type { DeadLetterQueue, DeadLetters } from '@hitl/aws';
import { InvalidInputError, NotFoundError } from '@hitl/core';
import { type Command, InvalidArgumentError } from 'commander';
import { credentialsFault, isRightMissing, regionOf } from '../aws-access.ts';
import type { CommandContext } from '../context.ts';
import { environmentName, regionName } from '../directory/open-directory-table.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderTable } from '../render/table.ts';

interface PlaceOptions {
  readonly environment: string;
  readonly region?: string;
}

interface RedriveOptions extends PlaceOptions {
  readonly limit?: number;
}

export function addDeadLettersCommands(program: Command, context: () => CommandContext): void {
  const deadLetters = program
    .command('dead-letters')
    .description('what a deployed environment could not do, kept for 14 days');
  withPlace(deadLetters.command('list'))
    .description('how many there are, and where they would go')
    .action(async (options: PlaceOptions) => list(context(), options));
  withPlace(deadLetters.command('redrive <queue>'))
    .description('send what a queue holds now on its way again; "all" for every queue')
    .option('--limit <n>', 'at most so many messages of a queue', wholeNumber)
    .addHelpText(
      'after',
      `
Mend what made them fail first. A message is deleted after it was taken; doing one twice does no harm.

Example:
  hitl-mcp dead-letters redrive dev_advance-dead-letters --environment dev --region eu-central-1`,
    )
    .action(async (queue: string, options: RedriveOptions) => redrive(context(), queue, options));
}

function withPlace(command: Command): Command {
  return command
    .requiredOption('--environment <name>', 'which deployed environment', environmentName)
    .option('--region <region>', 'its AWS region (default: AWS_REGION)', regionName);
}

async function list({ output }: CommandContext, options: PlaceOptions): Promise<void> {
  const queues = await withDeadLetters(options, (deadLetters) => deadLetters.list(options.environment));
  const items = queues.map((queue) => ({
    queue: queue.name,
    messages: queue.messages,
    in_flight: queue.inFlight,
    goes_to: describeTarget(queue),
  }));
  output.result({ environment: options.environment, items }, () =>
    renderTable(
      [
        { header: 'queue', isWhole: true },
        { header: 'messages', isWhole: true },
        { header: 'in flight', isWhole: true },
        { header: 'goes to' },
      ],
      items.map((item) => [item.queue, String(item.messages), String(item.in_flight), item.goes_to]),
      { width: output.width, styleHeader: output.colors.bold },
    ),
  );
}

async function redrive(command: CommandContext, name: string, options: RedriveOptions): Promise<void> {
  const { output, signal } = command;
  const items = await withDeadLetters(options, async (deadLetters) => {
    const queues = (await deadLetters.list(options.environment)).filter(
      (queue) => name === 'all' || queue.name === name,
    );
    if (queues.length === 0)
      throw new NotFoundError(
        `${options.environment} has no dead-letter queue "${name}": "hitl-mcp dead-letters list" shows them`,
      );
    const done = [];
    for (const queue of queues) {
      const result = await deadLetters.redrive(queue, {
        signal,
        ...(options.limit === undefined ? {} : { limit: options.limit }),
      });
      done.push({
        queue: queue.name,
        goes_to: describeTarget(queue),
        redriven: result.redriven,
        is_moving: result.isMoving,
        failed: result.failed,
      });
    }
    return done;
  });
  output.result({ environment: options.environment, items }, () => items.map(describeResult).join('\n'));
  if (items.some(({ failed }) => failed.length > 0)) command.exitCode = exitCodes.failed;
}

function describeResult(item: {
  readonly queue: string;
  readonly goes_to: string;
  readonly redriven: number;
  readonly is_moving: boolean;
  readonly failed: readonly { readonly message_id: string; readonly reason: string }[];
}): string {
  const moved = item.is_moving ? 'SQS moves what is in it' : `${item.redriven} sent`;
  return [
    `${item.queue}: ${moved} to ${item.goes_to}${item.failed.length === 0 ? '' : `, ${item.failed.length} stay`}`,
    ...item.failed.map(({ message_id, reason }) => `  ${message_id}: ${reason}`),
  ].join('\n');
}

function describeTarget({ target }: DeadLetterQueue): string {
  switch (target.kind) {
    case 'function':
      return target.functionName;
    case 'state_machine':
      return target.arn.slice(target.arn.lastIndexOf(':') + 1);
    case 'queue':
      return target.url.slice(target.url.lastIndexOf('/') + 1);
  }
}

/** With the caller's own AWS credentials. @throws InvalidInputError for what a person can put right */
async function withDeadLetters<T>(
  options: PlaceOptions,
  work: (deadLetters: DeadLetters) => Promise<T>,
): Promise<T> {
  const region = regionOf(options, process.env);
  const { createDeadLetters } = await import('@hitl/aws');
  const deadLetters = createDeadLetters({ region });
  try {
    return await work(deadLetters);
  } catch (error) {
    throw explained(error);
  } finally {
    deadLetters.close();
  }
}

function explained(error: unknown): unknown {
  if (isRightMissing(error))
    return new InvalidInputError(
      'these AWS credentials lack a right: "list" needs sqs:ListQueues, sqs:GetQueueAttributes and sqs:ListDeadLetterSourceQueues; "redrive" also sqs:ReceiveMessage, sqs:DeleteMessage, sqs:StartMessageMoveTask, lambda:InvokeFunction and states:StartExecution',
      { cause: error },
    );
  return credentialsFault(error) ?? error;
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,5}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(value);
}
