import { assumedPerApproval, idleSweep } from './approval-quantities.ts';
import { type PriceLine, priceLines } from './price-line.ts';
import { priceList, prices } from './prices.ts';

type Resource = Readonly<Record<string, unknown>>;
/** Terraform's resources by type and name, as they were synthesized. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Resource>>>>;

/** Lambda keeps asking a queue that a function works off: five pollers, each for twenty seconds at a time. */
const pollsPerHour = (5 * 3600) / 20;

/** What an environment costs in a month in which nobody asks for anything, by what it is made of. */
export function priceIdleMonth(resources: Resources): PriceLine[] {
  const of = (type: string): Resource[] => Object.values(resources[type] ?? {});
  const { hoursPerMonth } = priceList;
  const interfaceZones = of('aws_vpc_endpoint')
    .filter((endpoint) => endpoint.vpc_endpoint_type === 'Interface')
    .reduce((zones, endpoint) => zones + lengthOf(endpoint.subnet_ids), 0);
  const alarmMetrics = of('aws_cloudwatch_metric_alarm').reduce(
    // An expression costs what its metrics do.
    (metrics, alarm) => metrics + Math.max(1, lengthOf(alarm.metric_query) - 1),
    0,
  );
  const sweeps = of('aws_cloudwatch_event_rule').reduce((calls, rule) => {
    const minutes = /^rate\((\d+) minutes?\)$/.exec(String(rule.schedule_expression))?.[1];
    return calls + (minutes === undefined ? 0 : (hoursPerMonth * 60) / Number(minutes));
  }, 0);
  const memoryGb = Math.max(
    0,
    ...of('aws_lambda_function').map((lambda) => Number(lambda.memory_size) / 1024),
  );
  const sweep =
    prices.functionCall.dollars +
    memoryGb * idleSweep.seconds * prices.functionGbSecond.dollars +
    idleSweep.tableReadUnits * prices.tableReadUnit.dollars +
    idleSweep.tableWriteUnits * prices.tableWriteUnit.dollars +
    ((idleSweep.logBytes + assumedPerApproval.platformLogBytes.perCall) / 1e9) * prices.logGigabyte.dollars +
    prices.trace.dollars;
  const polls = of('aws_lambda_event_source_mapping').length * pollsPerHour * hoursPerMonth;

  return priceLines([
    ['NAT gateways', of('aws_nat_gateway').length, prices.natGateway.dollars * hoursPerMonth],
    ['public IPv4 addresses', of('aws_eip').length, prices.publicIpv4Address.dollars * hoursPerMonth],
    ['interface endpoints × zones', interfaceZones, prices.interfaceEndpoint.dollars * hoursPerMonth],
    ['secrets', of('aws_secretsmanager_secret').length, prices.secret.dollars],
    ['customer keys', of('aws_kms_key').length, prices.customerKey.dollars],
    ['alarm metrics', alarmMetrics, prices.alarmMetric.dollars],
    ['dashboards', of('aws_cloudwatch_dashboard').length, prices.dashboard.dollars],
    ['metrics of our own', sweeps > 0 ? idleSweep.metrics : 0, prices.customMetric.dollars],
    ['sweeps', Math.round(sweeps), sweep],
    ['polls of an empty queue', polls, prices.fifoQueueCall.dollars],
  ]);
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
