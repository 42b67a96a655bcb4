/** One line of a price list: dollars for one `per`. */
export interface Price {
  readonly dollars: number;
  readonly per: string;
  readonly source: string;
  /** Month of the newest publication that was read for it; `none`: nobody else's word was found. */
  readonly confirmed: string;
}

const million = 1e6;
const page = (path: string): string => `https://aws.amazon.com/${path}/pricing/`;

/**
 * List prices of us-east-1 in US dollars, before any free tier or discount: the only prices in this repository. They change seldom
 * and mostly downwards; whoever corrects a row moves its month, whoever has looked at all moves `checkedOn`.
 */
export const prices = {
  natGateway: { dollars: 0.045, per: 'hour', source: page('vpc'), confirmed: '2026-06' },
  /** And zone. */
  interfaceEndpoint: { dollars: 0.01, per: 'hour', source: page('privatelink'), confirmed: '2026-06' },
  publicIpv4Address: { dollars: 0.005, per: 'hour', source: page('vpc'), confirmed: '2026-02' },
  secret: { dollars: 0.4, per: 'month', source: page('secrets-manager'), confirmed: '2026-03' },
  secretCall: { dollars: 0.05 / 10_000, per: 'call', source: page('secrets-manager'), confirmed: '2026-03' },
  customerKey: { dollars: 1, per: 'month', source: page('kms'), confirmed: '2019-10' },
  /** Each metric that an alarm looks at. */
  alarmMetric: { dollars: 0.1, per: 'month', source: page('cloudwatch'), confirmed: '2026-02' },
  dashboard: { dollars: 3, per: 'month', source: page('cloudwatch'), confirmed: '2026-06' },
  /** Each metric of our own, with each of its dimensions' values, that was written in the month. */
  customMetric: { dollars: 0.3, per: 'month', source: page('cloudwatch'), confirmed: '2026-02' },
  logGigabyte: { dollars: 0.5, per: 'GB taken in', source: page('cloudwatch'), confirmed: '2026-06' },
  trace: { dollars: 5 / million, per: 'trace recorded', source: page('xray'), confirmed: 'none' },
  functionCall: { dollars: 0.2 / million, per: 'call', source: page('lambda'), confirmed: '2026-03' },
  /** On arm64. */
  functionGbSecond: {
    dollars: 0.0000133334,
    per: 'GB and second',
    source: page('lambda'),
    confirmed: '2026-03',
  },
  stateTransition: {
    dollars: 25 / million,
    per: 'transition',
    source: page('step-functions'),
    confirmed: '2026-03',
  },
  /** 1 KB written on demand. */
  tableWriteUnit: {
    dollars: 0.625 / million,
    per: 'unit',
    source: page('dynamodb'),
    confirmed: '2025-07',
  },
  /** 4 KB read consistently on demand. */
  tableReadUnit: { dollars: 0.125 / million, per: 'unit', source: page('dynamodb'), confirmed: '2025-07' },
  httpApiCall: { dollars: 1 / million, per: 'request', source: page('api-gateway'), confirmed: '2026-03' },
  topicPublish: { dollars: 0.5 / million, per: 'publish', source: page('sns'), confirmed: '2026-06' },
  busEvent: { dollars: 1 / million, per: 'event', source: page('eventbridge'), confirmed: '2026-06' },
  fifoQueueCall: { dollars: 0.5 / million, per: 'request', source: page('sqs'), confirmed: '2026-03' },
  /** Of the model that is configured by default, by a profile that stays in its geography (10 % more than a global one). */
  modelInputToken: { dollars: 0.11 / million, per: 'token', source: page('bedrock'), confirmed: '2026-10' },
  modelOutputToken: { dollars: 0.55 / million, per: 'token', source: page('bedrock'), confirmed: '2026-10' },
} as const satisfies Record<string, Price>;

export const priceList = { region: 'us-east-1', checkedOn: '2026-11-23', hoursPerMonth: 730 } as const;
