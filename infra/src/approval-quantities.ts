/**
 * What one run with one approval takes: asked for over the HTTP API, listed, voted on, executed by a tool server of ours, looked at.
 * Counted on the functions' real bundles, the second time round, by tests/approval-quantities.test.ts, which fails when one of these
 * is less than what happens, or much more.
 */
export const measuredPerApproval = {
  stateTransitions: 5,
  calls: { api: 4, advance: 2, 'request-approval': 3, 'google-mcp': 4 },
  /** Each at least one unit. */
  tableReadUnits: 46,
  /** Every write counts once more for each index of its table, changed or not. */
  tableWriteUnits: 92,
  topicPublishes: 3,
  busEvents: 3,
  /** Handed to the Slack worker. */
  queueJobs: 3,
  /** Lines of the functions themselves, with the execution's data. */
  logBytes: 6500,
} as const;

/** What cannot be counted here; each on the dear side of what is usual. */
export const assumedPerApproval = {
  /** Of each function's calls together, at whatever memory it has; most of the step's is waiting for the model. */
  seconds: { api: 0.6, advance: 7, 'request-approval': 1, 'google-mcp': 2, 'slack-worker': 3 },
  slackWorkerCalls: 3,
  /** Sent, received, deleted. */
  queueCallsPerJob: 3,
  /** Lambda's own lines of each call, the access log of each request, and the state machine's events. */
  platformLogBytes: { perCall: 400, perRequest: 500, perTransition: 3000 },
  /** Values are kept for minutes: what a quiet environment asks for anew. */
  secretCalls: 5,
  /** One for the proposal, one for the answer, with instructions, tools and the conversation. */
  modelCalls: 2,
  inputTokensPerModelCall: 6000,
  outputTokensPerModelCall: 400,
} as const;

/** One look of `expire-approval` at an environment in which nothing is due; measured by the same test. */
export const idleSweep = {
  seconds: 0.2,
  tableReadUnits: 12,
  tableWriteUnits: 0,
  logBytes: 400,
  /** CloudWatch metrics that it writes: a month has that many of ours. */
  metrics: 3,
} as const;
