import { assumedPerApproval, measuredPerApproval } from './approval-quantities.ts';
import { type PriceLine, priceLines } from './price-line.ts';
import { prices } from './prices.ts';

export interface ApprovalPrice {
  readonly infrastructure: readonly PriceLine[];
  /** By tokens, which depend on what people write and on the tools there are. */
  readonly model: readonly PriceLine[];
}

/** What so many runs with one approval each cost beside the environment's standing costs. */
export function priceApprovals(approvals: number, options: { readonly memoryMb: number }): ApprovalPrice {
  const m = measuredPerApproval;
  const a = assumedPerApproval;
  const functionCalls = sum(m.calls) + a.slackWorkerCalls;
  const requests = m.calls.api + m.calls['google-mcp'];
  const logBytes =
    m.logBytes +
    functionCalls * a.platformLogBytes.perCall +
    requests * a.platformLogBytes.perRequest +
    m.stateTransitions * a.platformLogBytes.perTransition;
  const each: readonly (readonly [what: string, perApproval: number, dollars: number])[] = [
    ['state transitions', m.stateTransitions, prices.stateTransition.dollars],
    ['function calls', functionCalls, prices.functionCall.dollars],
    ['function GB-seconds', (sum(a.seconds) * options.memoryMb) / 1024, prices.functionGbSecond.dollars],
    ['table write units', m.tableWriteUnits, prices.tableWriteUnit.dollars],
    ['table read units', m.tableReadUnits, prices.tableReadUnit.dollars],
    ['HTTP API requests', requests, prices.httpApiCall.dollars],
    ['topic publishes', m.topicPublishes, prices.topicPublish.dollars],
    ['bus events', m.busEvents, prices.busEvent.dollars],
    ['queue requests', m.queueJobs * a.queueCallsPerJob, prices.fifoQueueCall.dollars],
    ['log gigabytes', logBytes / 1e9, prices.logGigabyte.dollars],
    // At so few requests every one is recorded.
    ['traces', requests + 1, prices.trace.dollars],
    ['reads of secrets', a.secretCalls, prices.secretCall.dollars],
  ];
  const model: typeof each = [
    ['model input tokens', a.modelCalls * a.inputTokensPerModelCall, prices.modelInputToken.dollars],
    ['model output tokens', a.modelCalls * a.outputTokensPerModelCall, prices.modelOutputToken.dollars],
  ];
  const times = (items: typeof each) =>
    priceLines(items.map(([what, count, dollars]) => [what, count * approvals, dollars] as const));
  return { infrastructure: times(each), model: times(model) };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
