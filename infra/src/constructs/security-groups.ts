import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group/index.js';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js';
import { Construct } from 'constructs';
import type { Place } from './place.ts';

/** Where the project's own server listens, for who runs it in a container behind a load balancer. */
const appPort = 8787;

/**
 * Three groups: functions call out over TLS and are called by nobody; an application takes calls from the load balancer only; a load
 * balancer takes TLS from inside of the VPC only.
 */
export class SecurityGroups extends Construct {
  readonly lambdaId: string;
  readonly appId: string;
  readonly albId: string;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly place: Place; readonly vpcId: string; readonly cidr: string },
  ) {
    super(scope, id);
    const { place, vpcId, cidr } = props;
    const group = (name: string, description: string) =>
      new SecurityGroup(this, name, {
        name: `${place.prefix}-hitl-${name}`,
        description,
        vpcId,
        tags: { Name: `${place.prefix}-hitl-${name}` },
      }).id;
    this.lambdaId = group('lambda', 'Functions: TLS out, nothing in');
    this.appId = group('app', 'Applications: from the load balancer only');
    this.albId = group('alb', 'Load balancer: TLS from the VPC only');

    for (const [name, securityGroupId] of [
      ['lambda', this.lambdaId],
      ['app', this.appId],
    ] as const) {
      new VpcSecurityGroupEgressRule(this, `${name}-tls-out`, {
        securityGroupId,
        description: 'Web services over TLS',
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        cidrIpv4: '0.0.0.0/0',
      });
    }
    new VpcSecurityGroupIngressRule(this, 'app-from-alb', {
      securityGroupId: this.appId,
      description: 'From the load balancer',
      ipProtocol: 'tcp',
      fromPort: appPort,
      toPort: appPort,
      referencedSecurityGroupId: this.albId,
    });
    new VpcSecurityGroupEgressRule(this, 'alb-to-app', {
      securityGroupId: this.albId,
      description: 'To the application',
      ipProtocol: 'tcp',
      fromPort: appPort,
      toPort: appPort,
      referencedSecurityGroupId: this.appId,
    });
    new VpcSecurityGroupIngressRule(this, 'alb-from-vpc', {
      securityGroupId: this.albId,
      description: 'TLS from the VPC',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: cidr,
    });
  }
}
