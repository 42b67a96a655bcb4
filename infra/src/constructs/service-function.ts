import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import { LambdaAlias } from '@cdktf/provider-aws/lib/lambda-alias/index.js';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission/index.js';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';
import type { Place } from './place.ts';
import { Role } from './role.ts';

/** A deployment package, with a path as Terraform sees it and the hash by which Terraform sees a change. */
export interface FunctionCode {
  readonly filename: string;
  /** SHA-256 of the package in base64. */
  readonly hash: string;
}

export interface ServiceFunctionProps {
  readonly place: Place;
  /** With the environment in front it is the function's name. */
  readonly name: string;
  readonly description: string;
  readonly code: FunctionCode;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly logRetentionDays: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Given: the function runs in these subnets. */
  readonly vpc?: { readonly subnetIds: readonly string[]; readonly securityGroupId: string };
  /** True where somebody calls it without waiting: what fails for good is kept. */
  readonly keepsDeadLetters: boolean;
  /** True where CodeDeploy moves the alias: Terraform then only makes it. */
  readonly aliasIsShifted: boolean;
}

/** A function of ours: its role, its log group, its dead letters, and the alias by which everybody calls it. */
export class ServiceFunction extends Construct {
  readonly name: string;
  readonly role: Role;
  readonly arn: string;
  /** Of the function without a version. */
  readonly version: string;
  readonly aliasName = 'live';
  readonly aliasArn: string;
  readonly aliasInvokeArn: string;
  readonly logGroupName: string;
  readonly deadLetterQueueName: string | undefined;
  readonly timeoutSeconds: number;
  readonly #environment: Record<string, string>;
  readonly #alias: LambdaAlias;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { place, vpc } = props;
    this.name = functionName(place, props.name);
    this.timeoutSeconds = props.timeoutSeconds;
    this.logGroupName = `/aws/lambda/${this.name}`;
    this.#environment = { ...props.environment };
    this.role = new Role(this, 'role', { name: this.name, service: 'lambda.amazonaws.com' });

    const logs = new CloudwatchLogGroup(this, 'logs', {
      name: this.logGroupName,
      retentionInDays: props.logRetentionDays,
    });
    this.role.allow({
      sid: 'WriteLogs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${place.arn('logs', `log-group:${this.logGroupName}`)}:*`],
    });
    this.role.allow({
      sid: 'WriteTraces',
      actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
      // X-Ray knows no resource for these.
      resources: ['*'],
    });

    this.deadLetterQueueName = props.keepsDeadLetters ? `${this.name}-dead-letters` : undefined;
    const deadLetters =
      this.deadLetterQueueName === undefined ? undefined : this.#keepDeadLetters(this.deadLetterQueueName);
    if (vpc !== undefined) this.#allowVpc(place);

    const lambda = new LambdaFunction(this, 'function', {
      functionName: this.name,
      description: props.description,
      role: this.role.arn,
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      packageType: 'Zip',
      filename: props.code.filename,
      sourceCodeHash: props.code.hash,
      memorySize: props.memoryMb,
      timeout: props.timeoutSeconds,
      publish: true,
      // What is added later is in it too: the whole is read when the stack is written.
      environment: { variables: Lazy.anyValue({ produce: () => this.#environment }) as never },
      tracingConfig: { mode: 'Active' },
      ...(deadLetters === undefined ? {} : { deadLetterConfig: { targetArn: deadLetters.arn } }),
      ...(vpc === undefined
        ? {}
        : { vpcConfig: { subnetIds: [...vpc.subnetIds], securityGroupIds: [vpc.securityGroupId] } }),
      // Else Lambda makes the group at the first call, and keeps it for ever. The policy is there before the first call too.
      dependsOn: [logs, this.role.policy],
    });
    this.arn = lambda.arn;
    this.version = lambda.version;

    const alias = new LambdaAlias(this, 'alias', {
      name: this.aliasName,
      functionName: lambda.functionName,
      functionVersion: lambda.version,
      ...(props.aliasIsShifted
        ? { lifecycle: { ignoreChanges: ['function_version', 'routing_config'] } }
        : {}),
    });
    this.#alias = alias;
    this.aliasArn = alias.arn;
    this.aliasInvokeArn = alias.invokeArn;
  }

  addEnvironment(name: string, value: string): void {
    this.#environment[name] = value;
  }

  /** A role may call the function, by its alias only. */
  grantInvoke(role: Role, sid: string): void {
    role.allow({ sid, actions: ['lambda:InvokeFunction'], resources: [this.aliasArn] });
  }

  /** A service may call the function on behalf of one resource of it. */
  permitInvoke(id: string, service: string, sourceArn: string): void {
    new LambdaPermission(this, `permit-${id}`, {
      statementId: id,
      action: 'lambda:InvokeFunction',
      functionName: this.#alias.functionName,
      // By reference: Lambda refuses a permission for an alias that is not there yet.
      qualifier: this.#alias.name,
      principal: service,
      sourceArn,
    });
  }

  #keepDeadLetters(name: string): SqsQueue {
    const queue = new SqsQueue(this, 'dead-letters', {
      name,
      // The longest there is: time to look, mend and send them again.
      messageRetentionSeconds: 14 * 24 * 60 * 60,
      sqsManagedSseEnabled: true,
    });
    this.role.allow({ sid: 'SendDeadLetters', actions: ['sqs:SendMessage'], resources: [queue.arn] });
    return queue;
  }

  #allowVpc(place: Place): void {
    const interfaces = ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'];
    const addresses = ['ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'];
    const looks = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];
    this.role.allow({
      sid: 'AttachToVpc',
      actions: [...interfaces, ...addresses],
      // Lambda refuses a narrower one: the interface that it deletes has no name before it is made.
      resources: [place.arn('ec2', '*/*')],
    });
    // EC2 knows no resource for these.
    this.role.allow({ sid: 'LookAtVpc', actions: looks, resources: ['*'] });
    this.role.allow({
      sid: 'OnlyLambdaItself',
      effect: 'Deny',
      actions: [...interfaces, ...addresses, ...looks],
      resources: ['*'],
      condition: { ArnEquals: { 'lambda:SourceFunctionArn': place.arn('lambda', `function:${this.name}`) } },
    });
  }
}

export function functionName(place: Place, name: string): string {
  return `${place.prefix}_${name}`;
}
