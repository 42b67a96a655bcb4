import type { Engineer } from './engineer.ts';

/** How each service lists what an account has. */
const lists = [
  'apigatewayv2 get-apis',
  'cloudwatch describe-alarms',
  'cloudwatch list-dashboards',
  'dynamodb list-tables',
  'ec2 describe-security-groups',
  'ec2 describe-subnets',
  'ec2 describe-vpc-endpoints',
  'ec2 describe-vpcs',
  'events list-event-buses',
  'events list-rules',
  'iam list-roles',
  'lambda list-event-source-mappings',
  'lambda list-functions',
  'logs describe-log-groups',
  's3api list-buckets',
  'secretsmanager list-secrets',
  'sns list-topics',
  'sqs list-queues',
  'stepfunctions list-state-machines',
];

/** Every text of these lists that matches: names, ARNs, URLs and tags. */
export async function whatIsLeft(engineer: Engineer, pattern: RegExp): Promise<string[]> {
  const left: string[] = [];
  for (const list of lists) {
    const [service = '', operation = ''] = list.split(' ');
    const found = textsOf(await engineer.aws(service, operation)).filter((text) => pattern.test(text));
    left.push(...found.map((text) => `${service}: ${text}`));
  }
  return left;
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  // A VPC endpoint is listed for some time after its end.
  if (typeof value === 'object' && value !== null && 'State' in value && value.State === 'deleted') return [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
