import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group/index.js';
import { Eip } from '@cdktf/provider-aws/lib/eip/index.js';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway/index.js';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway/index.js';
import { Route } from '@cdktf/provider-aws/lib/route/index.js';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table/index.js';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association/index.js';
import { Subnet } from '@cdktf/provider-aws/lib/subnet/index.js';
import { Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { Construct } from 'constructs';
import type { Place } from './place.ts';
import { SecurityGroups } from './security-groups.ts';
import { VpcEndpoints } from './vpc-endpoints.ts';

/** What the rest of a stack needs of a network, whether it is ours or was there before. */
export interface Network {
  readonly vpcId: string;
  readonly privateSubnetIds: readonly string[];
  readonly publicSubnetIds: readonly string[];
  readonly lambdaSecurityGroupId: string;
  readonly appSecurityGroupId: string;
  readonly albSecurityGroupId: string;
}

export interface OwnNetworkProps {
  readonly place: Place;
  /** A /16. */
  readonly cidr: string;
  readonly zones: readonly string[];
  readonly natGateways: 'none' | 'single' | 'per_zone';
  /** Interface endpoints cost by the hour, so they are made only where something uses them. */
  readonly withInterfaceEndpoints: boolean;
}

/** A VPC with a private and a public subnet per zone. Nothing of ours stands in the public ones but NAT gateways. */
export class OwnNetwork extends Construct implements Network {
  readonly vpcId: string;
  readonly privateSubnetIds: readonly string[];
  readonly publicSubnetIds: readonly string[];
  readonly lambdaSecurityGroupId: string;
  readonly appSecurityGroupId: string;
  readonly albSecurityGroupId: string;

  constructor(scope: Construct, id: string, props: OwnNetworkProps) {
    super(scope, id);
    const { place, cidr, zones, natGateways, withInterfaceEndpoints } = props;
    const vpc = new Vpc(this, 'vpc', {
      cidrBlock: cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: `${place.prefix}-hitl` },
    });
    // Without rules: what forgets to name a security group reaches nothing.
    new DefaultSecurityGroup(this, 'default-security-group', { vpcId: vpc.id });
    const gateway = new InternetGateway(this, 'internet-gateway', {
      vpcId: vpc.id,
      tags: { Name: `${place.prefix}-hitl` },
    });
    const base = cidr.split('.').slice(0, 2).join('.');
    const subnet = (kind: 'private' | 'public', index: number, zone: string) =>
      new Subnet(this, `${kind}-${index}`, {
        vpcId: vpc.id,
        availabilityZone: zone,
        cidrBlock: kind === 'private' ? `${base}.${index * 16}.0/20` : `${base}.${240 + index}.0/24`,
        mapPublicIpOnLaunch: false,
        tags: { Name: `${place.prefix}-hitl-${kind}-${zone}` },
      });
    const privateSubnets = zones.map((zone, index) => subnet('private', index, zone));
    const publicSubnets = zones.map((zone, index) => subnet('public', index, zone));

    const publicTable = new RouteTable(this, 'public-routes', {
      vpcId: vpc.id,
      tags: { Name: `${place.prefix}-hitl-public` },
    });
    new Route(this, 'public-default', {
      routeTableId: publicTable.id,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: gateway.id,
    });
    publicSubnets.forEach((one, index) => {
      new RouteTableAssociation(this, `public-association-${index}`, {
        subnetId: one.id,
        routeTableId: publicTable.id,
      });
    });

    const nats = publicSubnets
      .slice(0, natGateways === 'none' ? 0 : natGateways === 'single' ? 1 : zones.length)
      .map((one, index) => {
        const address = new Eip(this, `nat-address-${index}`, {
          domain: 'vpc',
          tags: { Name: `${place.prefix}-hitl-nat-${index}` },
        });
        return new NatGateway(this, `nat-${index}`, {
          subnetId: one.id,
          allocationId: address.id,
          dependsOn: [gateway],
          tags: { Name: `${place.prefix}-hitl-${index}` },
        });
      });
    const privateTables = privateSubnets.map((one, index) => {
      const table = new RouteTable(this, `private-routes-${index}`, {
        vpcId: vpc.id,
        tags: { Name: `${place.prefix}-hitl-private-${index}` },
      });
      new RouteTableAssociation(this, `private-association-${index}`, {
        subnetId: one.id,
        routeTableId: table.id,
      });
      const nat = nats[index] ?? nats[0];
      if (nat !== undefined) {
        new Route(this, `private-default-${index}`, {
          routeTableId: table.id,
          destinationCidrBlock: '0.0.0.0/0',
          natGatewayId: nat.id,
        });
      }
      return table;
    });

    const groups = new SecurityGroups(this, 'security-groups', { place, vpcId: vpc.id, cidr });
    new VpcEndpoints(this, 'endpoints', {
      place,
      vpcId: vpc.id,
      routeTableIds: privateTables.map((table) => table.id),
      ...(withInterfaceEndpoints
        ? {
            interfaces: {
              subnetIds: privateSubnets.map((one) => one.id),
              callers: { lambda: groups.lambdaId, app: groups.appId },
            },
          }
        : {}),
    });

    this.vpcId = vpc.id;
    this.privateSubnetIds = privateSubnets.map((one) => one.id);
    this.publicSubnetIds = publicSubnets.map((one) => one.id);
    this.lambdaSecurityGroupId = groups.lambdaId;
    this.appSecurityGroupId = groups.appId;
    this.albSecurityGroupId = groups.albId;
  }
}
