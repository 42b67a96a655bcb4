import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group/index.js';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint/index.js';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js';
import { Construct } from 'constructs';
import type { Place } from './place.ts';

/** Free of charge, so always there. */
const gatewayServices = ['s3', 'dynamodb'];
/** What the functions call, beside DynamoDB. Logs and traces leave a function without the VPC. */
const interfaceServices = ['bedrock-runtime', 'events', 'lambda', 'secretsmanager', 'sns', 'sqs', 'states'];

export interface VpcEndpointsProps {
  readonly place: Place;
  readonly vpcId: string;
  readonly routeTableIds: readonly string[];
  readonly interfaces?: {
    readonly subnetIds: readonly string[];
    /** Security groups by name. */
    readonly callers: Readonly<Record<string, string>>;
  };
}

/** Ways from private subnets to AWS services that never leave AWS. */
export class VpcEndpoints extends Construct {
  constructor(scope: Construct, id: string, props: VpcEndpointsProps) {
    super(scope, id);
    const { place, vpcId, routeTableIds, interfaces } = props;
    for (const service of gatewayServices) {
      new VpcEndpoint(this, service, {
        vpcId,
        serviceName: `com.amazonaws.${place.region}.${service}`,
        vpcEndpointType: 'Gateway',
        routeTableIds: [...routeTableIds],
        tags: { Name: `${place.prefix}-hitl-${service}` },
      });
    }
    if (interfaces === undefined) return;
    const group = new SecurityGroup(this, 'security-group', {
      name: `${place.prefix}-hitl-endpoints`,
      description: 'Interface endpoints: TLS from functions and applications only',
      vpcId,
      tags: { Name: `${place.prefix}-hitl-endpoints` },
    });
    for (const [name, caller] of Object.entries(interfaces.callers)) {
      new VpcSecurityGroupIngressRule(this, `from-${name}`, {
        securityGroupId: group.id,
        description: `TLS from ${name}`,
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        referencedSecurityGroupId: caller,
      });
    }
    for (const service of interfaceServices) {
      new VpcEndpoint(this, service, {
        vpcId,
        serviceName: `com.amazonaws.${place.region}.${service}`,
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: [...interfaces.subnetIds],
        securityGroupIds: [group.id],
        tags: { Name: `${place.prefix}-hitl-${service}` },
      });
    }
  }
}
