/** Where a queue's messages go when they are sent on their way again. */
export type DeadLetterTarget =
  | { readonly kind: 'function' /** `NAME:live` */; readonly functionName: string }
  | { readonly kind: 'state_machine'; readonly arn: string }
  | { readonly kind: 'queue'; readonly url: string };

/** One queue of an environment that keeps what failed for good. */
export interface DeadLetterQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  /** Approximate, as SQS counts: waiting, and in somebody's hands now. */
  readonly messages: number;
  readonly inFlight: number;
  readonly target: DeadLetterTarget;
}

/** The alias by which everybody calls a function. */
const liveAlias = 'live';

/**
 * Whose dead letters a queue keeps, by its name and by the queues that name it as theirs. `undefined` for what is none of the
 * environment's.
 */
export function targetOf(
  environment: string,
  queue: { readonly name: string; readonly arn: string; readonly sourceUrls: readonly string[] },
): DeadLetterTarget | undefined {
  const rest = queue.name.startsWith(environment) ? queue.name.slice(environment.length) : '';
  const [source] = queue.sourceUrls;
  // Another environment's name may begin with this one's: what follows tells them apart.
  if (/^-hitl-[a-z-]+-dead-letters(\.fifo)?$/.test(rest) && source !== undefined)
    return { kind: 'queue', url: source };
  const functionName = /^(_[a-z_]+)-dead-letters$/.exec(rest)?.[1];
  if (functionName !== undefined)
    return { kind: 'function', functionName: `${environment}${functionName}:${liveAlias}` };
  const [, partition, , region, account] = queue.arn.split(':');
  if (rest !== '-agentcore-dead-letters') return undefined;
  return {
    kind: 'state_machine',
    arn: `arn:${partition}:states:${region}:${account}:stateMachine:${environment}-hitl-workflow`,
  };
}
