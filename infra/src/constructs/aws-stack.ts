import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { lockTableName, stateKey } from '../state-location.ts';
import { PartialBackend } from './partial-backend.ts';
import { Place } from './place.ts';

export interface AwsStackProps {
  readonly region: string;
  readonly accountId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** `local`: in a file, before there is a bucket. */
  readonly state: 'local' | 'bucket';
}

/** The provider that `@cdktf/provider-aws` 20.1.0 was generated from: another one may know other arguments. */
const providerVersion = '5.100.0';

/** A stack in one account and region, with its tags on every resource. */
export class AwsStack extends TerraformStack {
  readonly place: Place;

  constructor(scope: Construct, name: string, props: AwsStackProps) {
    super(scope, name);
    new AwsProvider(this, 'aws', {
      region: props.region,
      ...(props.accountId === undefined ? {} : { allowedAccountIds: [props.accountId] }),
      defaultTags: [
        { tags: { project: 'hitl-mcp', environment: name, managed_by: 'terraform', ...props.tags } },
      ],
    });
    this.addOverride('terraform.required_providers.aws', {
      source: 'hashicorp/aws',
      version: providerVersion,
    });
    this.addOverride('terraform.required_version', '>= 1.6');
    if (props.state === 'local') new PartialBackend(this, 'local', {});
    else {
      new PartialBackend(this, 's3', {
        key: stateKey(name),
        region: props.region,
        dynamodb_table: lockTableName,
        encrypt: true,
      });
    }
    this.place = new Place(this, 'place', { prefix: name, region: props.region });
  }
}
