import type { Statement, SynthesizedStack } from './read-stack.ts';

const account = '111122223333';
/** What stands behind the account in the ARN of a resource, by its type. */
const namesOf: Readonly<Record<string, (resource: Record<string, unknown>) => string>> = {
  aws_bedrock_guardrail: () => 'bedrock:*:guardrail/abc',
  aws_cloudwatch_event_bus: ({ name }) => `events:*:event-bus/${name}`,
  aws_cloudwatch_event_rule: ({ name }) => `events:*:rule/${name}`,
  aws_dynamodb_table: ({ name }) => `dynamodb:*:table/${name}`,
  aws_kms_key: () => 'kms:*:key/abc',
  aws_lambda_function: ({ function_name }) => `lambda:*:function:${function_name}`,
  aws_secretsmanager_secret: ({ name }) => `secretsmanager:*:secret:${name}-AbCdEf`,
  aws_sfn_state_machine: ({ name }) => `states:*:stateMachine:${name}`,
  aws_sns_topic: ({ name }) => `sns:*:${name}`,
  aws_sqs_queue: ({ name }) => `sqs:*:${name}`,
};

/** The text with what Terraform would put in for its references. @throws Error for one that it does not know */
export function resolveReferences(stack: SynthesizedStack, text: string): string {
  return text.replaceAll(/\$\{([^}]+)\}/g, (_whole, reference: string) => {
    const [type = '', name = '', member] = reference.split('.');
    if (type === 'data') return member === 'aws_partition' || name === 'aws_partition' ? 'aws' : account;
    const resource = stack.of(type)[name] ?? {};
    if (type === 'aws_s3_bucket') return `arn:aws:s3:::${resolveReferences(stack, String(resource.bucket))}`;
    if (type === 'aws_lambda_alias') {
      return `${resolveReferences(stack, `\${${functionOf(resource)}.arn}`)}:${String(resource.name)}`;
    }
    const described = namesOf[type]?.(resource);
    if (described === undefined || !member?.endsWith('arn')) throw new Error(`what is ${reference}?`);
    const [service = '', region = '', ...rest] = described.split(':');
    return `arn:aws:${service}:${region.replace('*', 'us-east-1')}:${account}:${rest.join(':')}`;
  });
}

function functionOf(alias: Record<string, unknown>): string {
  const [type, name] = String(alias.function_name).slice(2).split('.');
  return `${type}.${name}`;
}

/** Whether these statements let the action happen on the resource, conditions left aside: an allowance and no refusal. */
export function isAllowed(statements: readonly Statement[], action: string, resource: string): boolean {
  const applies = ({ Action, Resource, NotResource, Condition }: Statement, effect: string): boolean =>
    Action.some((pattern) => matches(pattern, action)) &&
    (Resource === undefined || Resource.some((pattern) => matches(pattern, resource))) &&
    (NotResource === undefined || !NotResource.some((pattern) => matches(pattern, resource))) &&
    (effect === 'Allow' || Condition === undefined);
  const of = (effect: string) =>
    statements.some((statement) => statement.Effect === effect && applies(statement, effect));
  return of('Allow') && !of('Deny');
}

/** IAM's wildcards. A pattern that stands for a resource itself is matched as text. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^$(){}|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}
