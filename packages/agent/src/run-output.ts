import { type CallState, qualifiedName, type RunEventData, type RunState, redactText } from '@hitl/core';
import type { NextAction } from './next-action.ts';

type Finish = RunEventData<'run-finished'>;
type FinishReason = Extract<NextAction, { kind: 'finish' }>['because'] | 'execution-timeout';

/** The end of a run in plain words. Says what was done and what was not, from the record only. */
export function runOutput(run: RunState, because: FinishReason): Finish {
  const failed = (code: string, message: string): Finish => ({
    status: 'failed',
    output: withCalls(run, message),
    error: { code, message },
  });
  switch (because) {
    case 'answered':
      return answered(run);
    case 'dry-run':
      return { status: 'completed', output: dryRun(run) };
    case 'cancelled':
      return { status: 'cancelled', output: withCalls(run, stopped(run, 'cancelled', 'Cancelled')) };
    case 'rejected':
      return { status: 'rejected', output: withCalls(run, stopped(run, 'rejected', 'Rejected')) };
    case 'expired':
      return {
        status: 'expired',
        output: withCalls(
          run,
          'Nobody decided in time, so the approval expired and nothing of it was executed.',
        ),
      };
    case 'unknown-outcome': {
      const unknown = [...run.calls.values()].filter(({ status }) => status === 'unknown');
      const lines = unknown.map(
        (call) => `${qualifiedName(call)} (${call.call_id}): ${call.error?.message ?? 'no answer'}`,
      );
      return failed(
        'outcome_unknown',
        `It is not known whether this happened: ${lines.join('; ')}. A person must look at the target and resolve it; it will not be repeated by itself.`,
      );
    }
    case 'content-filter':
      return failed('content_filtered', "The model's guardrail stopped the answer.");
    case 'step-limit':
      return failed(
        'step_limit',
        `Stopped after ${run.steps.length} model answers without coming to an end.`,
      );
    case 'invalid-calls':
      return failed('invalid_tool_calls', 'The model kept proposing calls that no connected tool accepts.');
    case 'execution-timeout':
      return failed(
        'execution_timeout',
        `Stopped: acting took longer than ${run.started.execution_timeout} seconds.`,
      );
  }
}

function answered(run: RunState): Finish {
  const calls = [...run.calls.values()];
  const isDenied = calls.length > 0 && calls.every(({ status }) => status === 'denied');
  const text = run.steps.at(-1)?.text.trim() ?? '';
  const output = text === '' ? withCalls(run, 'The model ended without a word.') : text;
  return { status: isDenied ? 'denied' : 'completed', output: [output, ...remarks(run)].join('\n') };
}

/** What the reader must know whether or not the model says it. */
function remarks({ frozen, steps, calls }: RunState): string[] {
  const lines = (frozen?.unavailable ?? []).map(
    ({ server, reason }) => `Not reachable: ${server} (${redactText(reason)}).`,
  );
  const waiting = frozen?.quarantined ?? [];
  if (waiting.length > 0 && calls.size === 0)
    lines.push(`Waiting for a person to accept them: ${waiting.join(', ')}.`);
  if (steps.at(-1)?.finish_reason === 'length')
    lines.push("The model's answer was cut off at its length limit.");
  return lines;
}

function stopped(run: RunState, status: 'cancelled' | 'rejected', word: string): string {
  const approval = [...run.approvals.values()].find((candidate) => candidate.status === status);
  const by = approval?.decided_by.length
    ? approval.decided_by
    : [run.cancel_requested_by].filter((id) => id !== undefined);
  const reason = approval?.reason === undefined ? '' : `: ${approval.reason}`;
  return `${word}${by.length === 0 ? '' : ` by ${by.join(', ')}`}${reason}.`;
}

/** The message, and what became of each call. */
function withCalls(run: RunState, message: string): string {
  const lines = [...run.calls.values()].map((call) => `- ${qualifiedName(call)}: ${whatBecame(call)}`);
  return lines.length === 0 ? `${message} Nothing was executed.` : `${message}\n${lines.join('\n')}`;
}

function whatBecame(call: CallState): string {
  const code = call.error === undefined ? '' : ` (${call.error.code})`;
  switch (call.status) {
    case 'succeeded':
      return 'done';
    case 'failed':
      return `failed${code}`;
    case 'unknown':
      return 'outcome unknown';
    case 'refused':
      return `refused, not executed${code}`;
    case 'denied':
      return 'denied by policy, not executed';
    default:
      return 'not executed';
  }
}

function dryRun(run: RunState): string {
  const words = {
    allow: 'would be executed at once',
    approval: 'would wait for approval',
    deny: 'would be denied',
  };
  const lines = [...run.calls.values()].map((call) => {
    const reason = call.decision.reasons[0];
    const preview = call.preview === undefined ? '' : ` Effect: ${call.preview.summary}`;
    return `- ${qualifiedName(call)} ${JSON.stringify(call.arguments)} ${words[call.decision.effect]}${reason === undefined ? '.' : `: ${reason}`}${preview}`;
  });
  return `Dry run, nothing was executed:\n${lines.join('\n')}`;
}
