import { HitlError, redactSecrets, withoutText } from '@hitl/core';
import { Whole } from './whole.ts';

/** CloudWatch Logs takes 256 KB a line. An output has at most 200 KB of them, and some more once its secrets are taken out. */
const maxOutputBytes = 208 * 1024;
const maxInputBytes = 24 * 1024;

export interface StepLog {
  readonly logger: { info(message: string, facts?: Record<string, unknown>): void };
  /** Only where it is true do the lines hold data; else ids, state and outcome. */
  readonly logsExecutionData?: boolean;
}

/** How a step was entered, as far as that can be told before anybody has checked it. */
export interface StepEntry {
  /** Its name in the state machine. */
  readonly state: string;
  readonly execution_id?: string;
  readonly input: unknown;
  /** A capability: taken out of the line, and of an error before that is thrown on. */
  readonly task_token?: string;
}

/** What a step notes of itself as it goes. */
export interface StepNotes {
  run_id?: string;
  outcome?: string;
  output?: unknown;
  /** How the output went out. `token_kept`: not at all yet; whoever decides answers the token. */
  answer?: 'sent' | 'token_kept' | 'returned';
}

/**
 * Runs a step of the state machine and writes its one line: the execution's data, which Step Functions itself would log together
 * with the task token. What is too large for a line is named by reference.
 */
export async function withStepLine<R>(
  log: StepLog,
  entry: StepEntry,
  step: (notes: StepNotes) => Promise<R>,
): Promise<R> {
  const notes: StepNotes = {};
  try {
    const result = await step(notes);
    writeLine(log, entry, notes);
    return result;
  } catch (error) {
    const thrown = withoutToken(entry, error);
    writeLine(log, entry, { ...notes, outcome: 'failed' }, { error: nameOf(thrown) });
    throw thrown;
  }
}

function writeLine(log: StepLog, entry: StepEntry, notes: StepNotes, failure = {}): void {
  const { state, execution_id, input } = entry;
  const { run_id, outcome, answer, output } = notes;
  const ids = withoutToken(entry, { state, execution_id, run_id, outcome });
  if (log.logsExecutionData !== true) {
    log.logger.info('workflow step', ids);
    return;
  }
  const bounded = (value: unknown, maxBytes: number, reference: string | undefined) =>
    new Whole(() => {
      // Measured as it is shown: what stands for a secret may be longer than the secret.
      const shown = redactSecrets(withoutToken(entry, value));
      const bytes = Buffer.byteLength(JSON.stringify(shown) ?? '');
      return bytes <= maxBytes ? shown : { omitted: true, bytes, reference };
    });
  log.logger.info('workflow step', {
    ...ids,
    ...failure,
    answer,
    input: bounded(input, maxInputBytes, ids.execution_id),
    ...(output === undefined ? {} : { output: bounded(output, maxOutputBytes, `/agent/runs/${run_id}`) }),
  });
}

/** Its stack and causes stand in the line of the invocation. */
function nameOf(thrown: unknown): Record<string, unknown> {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const { name, message } = thrown;
  return { name, ...(thrown instanceof HitlError ? { code: thrown.code } : {}), message };
}

function withoutToken<T>({ task_token }: StepEntry, value: T): T {
  return task_token === undefined || task_token === '' ? value : withoutText(value, task_token);
}
