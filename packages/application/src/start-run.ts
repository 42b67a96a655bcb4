import {
  type ApprovalCategory,
  ConflictError,
  digestOf,
  InvalidInputError,
  type Principal,
  type RunEvent,
  type RunState,
  redactText,
  SequenceConflictError,
} from '@hitl/core';
import type { RequestDeps } from './application-deps.ts';
import { type Caller, resolveRequester } from './caller.ts';

export interface RunRequest {
  readonly query: string;
  readonly category?: ApprovalCategory | undefined;
  readonly session_id?: string | undefined;
  /** Seconds of acting, not of waiting for people. */
  readonly execution_timeout?: number | undefined;
  readonly dry_run?: boolean | undefined;
  /** A second request with the same key, requester and body gets the first one's run. */
  readonly idempotency_key?: string | undefined;
  /** For a workflow execution that begins a run by itself: the same execution is always the same run. */
  readonly run_id?: string | undefined;
}

const idempotencyWindowMs = 24 * 60 * 60 * 1000;

/**
 * Records a new run. Does not start the workflow (`startRun` does).
 * @throws ConflictError `idempotency_key_reused` when the key belongs to another request.
 */
export async function createRun(
  deps: RequestDeps,
  caller: Caller,
  request: RunRequest,
): Promise<{ run: RunState; isNew: boolean }> {
  refuseBlankQuery(request);
  const principal = await resolveRequester(deps.directory, caller);
  const runId = request.run_id ?? deps.ids.next('run');
  const holder = await claimKey(deps, principal, request, runId);
  if (holder !== runId) {
    const earlier = await deps.repository.load(holder);
    if (earlier !== undefined) return { run: earlier, isNew: false };
  }
  const existing = request.run_id === undefined ? undefined : await deps.repository.load(holder);
  if (existing !== undefined) return { run: existing, isNew: false };
  const event = await startEvent(deps, caller, principal, request, holder);
  try {
    return { run: await deps.repository.start(event, principal.id), isNew: true };
  } catch (error) {
    // Two requests with one key, or two tries of one execution, at the same time: the record says who began the run.
    const winner = error instanceof SequenceConflictError ? await deps.repository.load(holder) : undefined;
    if (winner === undefined) throw error;
    return { run: winner, isNew: false };
  }
}

/** Records a new run and starts its workflow. */
export async function startRun(deps: RequestDeps, caller: Caller, request: RunRequest): Promise<RunState> {
  const { run } = await createRun(deps, caller, request);
  // Also for a repeated request: the first one may have died before it came this far, and starting twice is one execution.
  if (run.status !== 'running') return run;
  try {
    await deps.workflow.start(run.run_id);
  } catch (error) {
    // The run is on the record and will be recovered; an error here would only make the requester ask twice.
    deps.logger.error('could not start the workflow; recovery will', {
      run_id: run.run_id,
      error: String(error),
    });
  }
  return run;
}

function refuseBlankQuery({ query }: RunRequest): void {
  if (query.trim() !== '') return;
  throw new InvalidInputError('query: must say what is wanted', {
    errors: [{ path: 'query', message: 'must not be blank' }],
  });
}

async function startEvent(
  deps: RequestDeps,
  caller: Caller,
  principal: Principal,
  request: RunRequest,
  runId: string,
): Promise<Extract<RunEvent, { type: 'run-started' }>> {
  const sessionId = request.session_id ?? deps.ids.next('ses');
  const memory =
    request.session_id === undefined
      ? []
      : await deps.memory
          .recall({ principal_id: principal.id, session_id: sessionId })
          .catch((error: unknown) => {
            // A run without memory is worse than one with it, and better than none.
            deps.logger.warn('memory could not be read', { run_id: runId, error: String(error) });
            return [];
          });
  return {
    type: 'run-started',
    data: {
      run_id: runId,
      session_id: sessionId,
      principal,
      query: redactText(request.query),
      ...(request.category === undefined ? {} : { category: request.category }),
      environment: deps.environment,
      execution_timeout: request.execution_timeout ?? deps.settings.defaultExecutionTimeoutSeconds,
      dry_run: request.dry_run ?? false,
      channel: caller.channel,
      memory: memory.map(({ role, text, at }) => ({ role, text, at })),
    },
  };
}

async function claimKey(
  deps: RequestDeps,
  principal: Principal,
  request: RunRequest,
  runId: string,
): Promise<string> {
  if (request.idempotency_key === undefined) return runId;
  const fingerprint = digestOf({
    query: request.query,
    category: request.category,
    session_id: request.session_id,
    execution_timeout: request.execution_timeout,
    dry_run: request.dry_run,
  });
  // Keys are the requester's own: nobody can learn of another's run by guessing its key.
  const key = digestOf({ principal_id: principal.id, key: request.idempotency_key });
  const claim = await deps.runs.claimIdempotencyKey(
    key,
    runId,
    fingerprint,
    deps.clock.now() + idempotencyWindowMs,
  );
  if (claim.fingerprint !== fingerprint) {
    throw new ConflictError(
      'idempotency_key_reused',
      'Idempotency-Key: this key was used for another request',
    );
  }
  return claim.run_id;
}
