export { answerHttpEvent, problemResult } from './answer-http-event.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './create-logger.ts';
export { createMetrics, type Metrics, type MetricsOptions, type MetricUnit } from './create-metrics.ts';
export {
  type EnvironmentValue,
  type EnvironmentVariable,
  environmentVariables,
} from './environment-variables.ts';
export { type HttpResult, toHttpResult, toRequest } from './http-event.ts';
export { type EnvSubset, type LoadedEnv, loadEnv, loadEnvFamily } from './load-env.ts';
export { runWithLogContext } from './log-context.ts';
export { toInvalidInput } from './to-invalid-input.ts';
export { type Problem, toProblem } from './to-problem.ts';
export {
  type Invocation,
  type InvocationContext,
  type WithHandlerOptions,
  withHandler,
} from './with-handler.ts';
export { type StepEntry, type StepLog, type StepNotes, withStepLine } from './with-step-line.ts';
