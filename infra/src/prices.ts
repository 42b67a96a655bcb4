/**
 * List prices of us-east-1 in US dollars, before any free tier. Sources: the pricing pages of each service
 * (aws.amazon.com/SERVICE/pricing). Prices change seldom and mostly downwards; correct the table and its date together.
 */
export const prices = {
  region: 'us-east-1',
  listedIn: '2025-11',
  hoursPerMonth: 730,
  perHour: {
    natGateway: 0.045,
    /** Per interface endpoint and zone. */
    interfaceEndpoint: 0.01,
    publicIpv4Address: 0.005,
  },
  perMonth: {
    secret: 0.4,
    customerKey: 1,
    /** Per metric that an alarm looks at. */
    alarmMetric: 0.1,
    dashboard: 3,
    /** Per metric of our own that was written in the month. */
    customMetric: 0.3,
  },
  perMillion: {
    functionInvocations: 0.2,
    stateTransitions: 25,
  },
  /** On arm64. */
  functionGbSecond: 0.0000133334,
} as const;
