import { prices } from './prices.ts';

type Resource = Readonly<Record<string, unknown>>;
/** Terraform's resources by type and name, as they were synthesized. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Resource>>>>;

export interface PriceLine {
  readonly what: string;
  readonly count: number;
  readonly dollars: number;
}

/** `withHandler` writes these on every call; the one call that an idle environment makes is the sweep. */
const metricsOfSweep = 3;
/** Reading what is due from an index that is empty. */
const sweepSeconds = 0.2;

/** What an environment costs in a month in which nobody asks for anything, by what it is made of. */
export function priceIdleMonth(resources: Resources): PriceLine[] {
  const of = (type: string): Resource[] => Object.values(resources[type] ?? {});
  const { perHour, perMonth, perMillion, hoursPerMonth } = prices;
  const interfaceZones = of('aws_vpc_endpoint')
    .filter((endpoint) => endpoint.vpc_endpoint_type === 'Interface')
    .reduce((zones, endpoint) => zones + lengthOf(endpoint.subnet_ids), 0);
  const alarmMetrics = of('aws_cloudwatch_metric_alarm').reduce(
    // An expression costs what its metrics do.
    (metrics, alarm) => metrics + Math.max(1, lengthOf(alarm.metric_query) - 1),
    0,
  );
  const sweeps = of('aws_cloudwatch_event_rule').reduce((calls, rule) => {
    const minutes = /^rate\((\d+) minutes\)$/.exec(String(rule.schedule_expression))?.[1];
    return calls + (minutes === undefined ? 0 : (hoursPerMonth * 60) / Number(minutes));
  }, 0);
  const memoryGb = Math.max(
    0,
    ...of('aws_lambda_function').map((lambda) => Number(lambda.memory_size) / 1024),
  );
  const sweep = perMillion.functionInvocations / 1e6 + memoryGb * sweepSeconds * prices.functionGbSecond;

  const lines: [what: string, count: number, each: number][] = [
    ['NAT gateways', of('aws_nat_gateway').length, perHour.natGateway * hoursPerMonth],
    ['public IPv4 addresses', of('aws_eip').length, perHour.publicIpv4Address * hoursPerMonth],
    ['interface endpoints × zones', interfaceZones, perHour.interfaceEndpoint * hoursPerMonth],
    ['secrets', of('aws_secretsmanager_secret').length, perMonth.secret],
    ['customer keys', of('aws_kms_key').length, perMonth.customerKey],
    ['alarm metrics', alarmMetrics, perMonth.alarmMetric],
    ['dashboards', of('aws_cloudwatch_dashboard').length, perMonth.dashboard],
    ['metrics of our own', sweeps > 0 ? metricsOfSweep : 0, perMonth.customMetric],
    ['sweeps', Math.round(sweeps), sweep],
  ];
  return lines
    .filter(([, count]) => count > 0)
    .map(([what, count, each]) => ({ what, count, dollars: count * each }));
}

/** In whole cents. */
export function sumOf(lines: readonly PriceLine[]): number {
  return Math.round(lines.reduce((sum, line) => sum + line.dollars, 0) * 100) / 100;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
