import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity/index.js';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition/index.js';
import { Construct } from 'constructs';

/**
 * Where a stack is deployed to, and the prefix of its names. ARNs of named resources are put together from it: two parts can then
 * name each other (a function starts the workflow that calls it) where references would be a cycle.
 */
export class Place extends Construct {
  readonly prefix: string;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;

  constructor(scope: Construct, id: string, props: { readonly prefix: string; readonly region: string }) {
    super(scope, id);
    this.prefix = props.prefix;
    this.region = props.region;
    this.accountId = new DataAwsCallerIdentity(this, 'account').accountId;
    this.partition = new DataAwsPartition(this, 'partition').partition;
  }

  /** `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE` */
  arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.accountId}:${resource}`;
  }
}
