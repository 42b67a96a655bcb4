/** How an invocation spends its time, in milliseconds. */
export interface StepTime {
  /** When the step is told to stop. */
  readonly stopAfterMs: number;
  /** How long a tool call that is under way may then go on. */
  readonly graceMs: number;
  /** Nothing new is begun after this; what is begun before has at least as long again. */
  readonly budgetMs: number;
}

const shortestMarginMs = 1500;
const longestMarginMs = 8000;
/** Also for callers without a time limit of their own. */
const longestStepMs = 15 * 60_000;

/**
 * Splits what is left of an invocation: after the stop there is time to end a call, to write down what became of it, to answer
 * the workflow and to hand over what people are to be told.
 */
export function planStepTime(remainingMs: number): StepTime {
  const leftMs = Math.min(remainingMs, longestStepMs);
  const marginMs = Math.min(longestMarginMs, Math.max(shortestMarginMs, leftMs * 0.2));
  const stopAfterMs = Math.max(0, Math.floor(leftMs - marginMs));
  return { stopAfterMs, graceMs: Math.floor(marginMs / 3), budgetMs: Math.floor(stopAfterMs / 2) };
}
