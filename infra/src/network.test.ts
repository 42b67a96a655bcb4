import { describe, expect, it } from '@jest/globals';
import dev from '../../environments/dev.ts';
import prod from '../../environments/prod.ts';
import { synthesizeStack } from '../test/read-stack.ts';

const stacks = { dev: synthesizeStack('dev', dev), prod: synthesizeStack('prod', prod) };

describe('the network', () => {
  it.each(Object.entries(stacks))(
    'of %s spans two zones or more, with subnets that do not overlap',
    (_name, stack) => {
      const subnets = stack.all('aws_subnet');
      expect(new Set(subnets.map((subnet) => subnet.availability_zone)).size).toBeGreaterThanOrEqual(2);
      const ranges = subnets
        .map((subnet) => rangeOf(String(subnet.cidr_block)))
        .sort((a, b) => a.from - b.from);
      const [vpc] = stack.all('aws_vpc').map((one) => rangeOf(String(one.cidr_block)));
      ranges.forEach((range, index) => {
        expect(range.from).toBeGreaterThanOrEqual(vpc?.from ?? Number.NaN);
        expect(range.to).toBeLessThanOrEqual(vpc?.to ?? Number.NaN);
        const next = ranges[index + 1];
        if (next !== undefined) expect(range.to).toBeLessThan(next.from);
      });
    },
  );

  it('of prod leaves private subnets by the NAT gateway of their own zone', () => {
    const routes = Object.entries(stacks.prod.of('aws_route')).filter(
      ([, route]) => route.nat_gateway_id !== undefined,
    );
    expect(routes).toHaveLength(3);
    for (const [id, route] of routes) {
      const zone = /private-default-(\d)/.exec(id)?.[1];
      expect(route.nat_gateway_id).toContain(`network_nat-${zone}_`);
      expect(route.route_table_id).toContain(`private-routes-${zone}_`);
    }
  });

  it('of dev has no way out of its private subnets and nothing that costs', () => {
    expect(stacks.dev.all('aws_route').map((route) => route.gateway_id)).toEqual([
      expect.stringContaining('internet-gateway'),
    ]);
    for (const type of ['aws_nat_gateway', 'aws_eip']) expect(stacks.dev.all(type)).toEqual([]);
    expect(stacks.dev.all('aws_vpc_endpoint').map((e) => e.vpc_endpoint_type)).toEqual([
      'Gateway',
      'Gateway',
    ]);
  });

  it('reaches DynamoDB and S3 by gateways from every private subnet, and every other service that is used by endpoints', () => {
    const endpoints = stacks.prod.all('aws_vpc_endpoint');
    const names = (type: string) =>
      endpoints
        .filter((e) => e.vpc_endpoint_type === type)
        .map((e) => String(e.service_name).split('.').at(-1));
    expect(names('Gateway').sort()).toEqual(['dynamodb', 's3']);
    expect(names('Interface').sort()).toEqual([
      'bedrock-runtime',
      'events',
      'lambda',
      'secretsmanager',
      'sns',
      'sqs',
      'states',
    ]);
    for (const endpoint of endpoints) {
      if (endpoint.vpc_endpoint_type === 'Gateway') expect(endpoint.route_table_ids).toHaveLength(3);
      else expect(endpoint).toMatchObject({ private_dns_enabled: true });
    }
  });

  it('lets nobody call a function, and nothing in from outside of the VPC', () => {
    for (const stack of Object.values(stacks)) {
      const ingress = stack.all('aws_vpc_security_group_ingress_rule');
      expect(ingress.filter((rule) => String(rule.security_group_id).includes('_lambda_'))).toEqual([]);
      expect(ingress.filter((rule) => rule.cidr_ipv4 === '0.0.0.0/0')).toEqual([]);
      for (const rule of stack.all('aws_vpc_security_group_egress_rule'))
        expect(rule.ip_protocol).toBe('tcp');
      expect(stack.all('aws_default_security_group')[0]).not.toHaveProperty('egress');
    }
  });

  it('has the three groups by name', () => {
    expect(stacks.dev.all('aws_security_group').map((group) => group.name)).toEqual([
      'dev-hitl-alb',
      'dev-hitl-app',
      'dev-hitl-lambda',
    ]);
  });
});

function rangeOf(cidr: string): { from: number; to: number } {
  const [address = '', bits = ''] = cidr.split('/');
  const from = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { from, to: from + 2 ** (32 - Number(bits)) - 1 };
}
