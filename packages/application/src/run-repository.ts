import { sealEntry } from '@hitl/audit';
import {
  type ApprovalStore,
  type AuditEntry,
  type AuditLog,
  applyRunEvent,
  auditEntryHash,
  type Clock,
  IntegrityError,
  type JsonObject,
  type RunEvent,
  type RunEventType,
  type RunState,
  type RunStore,
  runStream,
  SequenceConflictError,
  UnavailableError,
} from '@hitl/core';
import { summarizeApproval, summarizeRun } from './summarize.ts';

/** What follows from a state by itself, if anything does. */
export type Consequence = (run: RunState) => RunEvent | undefined;

/** Loads runs as folds of their streams and appends to them. */
export interface RunRepository {
  /** The run as it stands in the record now (strongly consistent); `undefined` when there is none. */
  load(runId: string): Promise<RunState | undefined>;
  /** The run's entries, verified. */
  history(runId: string): Promise<AuditEntry[]>;
  /** Appends the first event. @throws SequenceConflictError when the run exists. */
  start(event: Extract<RunEvent, { type: 'run-started' }>, actor: string): Promise<RunState>;
  /**
   * Appends one event after `run`. What was only noted meanwhile (a refused vote or edit) changes nothing that the event was
   * decided on, so the event goes after it.
   *
   * `consequence` says what the system records at once on the state after the event; the lists are then written once, for both.
   * Where that can't be written (somebody else was first, the store went away) the run comes back without it: the event stands,
   * and what follows from it is to be decided anew.
   * @throws SequenceConflictError when somebody else changed the run before the event.
   */
  append(run: RunState, event: RunEvent, actor: string, consequence?: Consequence): Promise<RunState>;
  /** Writes the derived list items again; what a crash left behind is repaired by whoever comes next. */
  repairIndexes(run: RunState): Promise<void>;
  /** Writes the list items of runs whose own write failed in this process since. Never fails. */
  repairBehind(): Promise<void>;
}

export interface RunRepositoryOptions {
  readonly log: AuditLog;
  readonly runs: RunStore;
  readonly approvals: ApprovalStore;
  readonly clock: Clock;
  /** Folds kept in memory, so that a load reads only what is new. */
  readonly cacheSize?: number;
}

/** Events that stand in the record for people to read and leave the run as it was. */
const noteTypes: ReadonlySet<string> = new Set<RunEventType>(['vote-refused', 'edit-refused']);

export function createRunRepository(options: RunRepositoryOptions): RunRepository {
  const { log, runs, approvals, clock } = options;
  const cacheSize = options.cacheSize ?? 512;
  const cache = new Map<string, RunState>();
  /** Runs whose entry was written and whose list items were not. */
  const behind = new Set<string>();

  const remember = (run: RunState): RunState => {
    const known = cache.get(run.run_id);
    if (known !== undefined && known.sequence > run.sequence) return run;
    cache.delete(run.run_id);
    cache.set(run.run_id, run);
    if (cache.size > cacheSize) cache.delete(cache.keys().next().value ?? run.run_id);
    return run;
  };

  const seal = (run: RunState | undefined, stream: string, event: RunEvent, actor: string): AuditEntry =>
    sealEntry({
      stream,
      head:
        run === undefined ? undefined : { sequence: run.sequence, hash: run.head_hash, at: run.updated_at },
      type: event.type,
      actor,
      data: event.data as unknown as JsonObject,
      at: new Date(clock.now()).toISOString(),
    });

  const writeIndexes = async (before: RunState | undefined, run: RunState): Promise<void> => {
    const writeRun = async (): Promise<void> => {
      if (before === undefined || before.status !== run.status) await runs.put(summarizeRun(run));
    };
    const changed = [...run.approvals].filter(([id, approval]) => before?.approvals.get(id) !== approval);
    const writeApprovals = (): Promise<unknown> =>
      Promise.all(changed.map(([, approval]) => approvals.put(summarizeApproval(run, approval))));
    // Recovery looks at runs that are listed as running: whatever a crash leaves in between, the run stays among them.
    if (run.status === 'awaiting_approval') {
      await writeApprovals();
      await writeRun();
    } else {
      await writeRun();
      await writeApprovals();
    }
  };

  const prepare = (run: RunState | undefined, event: RunEvent, actor: string, runId: string) => {
    const entry = seal(run, runStream(runId), event, actor);
    // Folded before it is written: an event that does not fit the state must never reach the record.
    return { entry, next: applyRunEvent(run, entry) };
  };

  const write = async ({ entry, next }: ReturnType<typeof prepare>): Promise<RunState> => {
    await log.append(entry);
    remember(next);
    return next;
  };

  const list = async (before: RunState | undefined, run: RunState): Promise<RunState> => {
    try {
      await writeIndexes(before, run);
    } catch (error) {
      // The entry stands: a list that can't be written now must not make its writer believe otherwise.
      if (!(error instanceof UnavailableError)) throw error;
      behind.add(run.run_id);
    }
    return run;
  };

  const appendNext = async (run: RunState, event: RunEvent, actor: string): Promise<RunState> => {
    let current = run;
    for (;;) {
      try {
        return await write(prepare(current, event, actor, run.run_id));
      } catch (error) {
        if (!(error instanceof SequenceConflictError)) throw error;
        const noted = await foldNotes(current);
        // Every round finds at least one entry more: this ends with the notes that others write.
        if (noted.sequence === current.sequence) throw error;
        current = noted;
      }
    }
  };

  const appendConsequence = async (run: RunState, consequence: Consequence): Promise<RunState> => {
    const event = consequence(run);
    try {
      return event === undefined ? run : await appendNext(run, event, 'system');
    } catch (error) {
      if (error instanceof SequenceConflictError || error instanceof UnavailableError) return run;
      throw error;
    }
  };

  const load = async (runId: string): Promise<RunState | undefined> => {
    let state = cache.get(runId);
    for (const entry of await log.read(runStream(runId), state?.sequence ?? 0)) {
      state = applyRunEvent(state, verified(entry));
    }
    return state === undefined ? undefined : remember(state);
  };

  const repairIndexes = async (run: RunState): Promise<void> => {
    await Promise.all([
      runs.put(summarizeRun(run)),
      ...[...run.approvals.values()].map((approval) => approvals.put(summarizeApproval(run, approval))),
    ]);
  };

  /** `run` after the notes that follow it in the record; `run` itself when anything else follows it. */
  const foldNotes = async (run: RunState): Promise<RunState> => {
    let state = run;
    for (const entry of await log.read(runStream(run.run_id), run.sequence)) {
      if (!noteTypes.has(entry.type)) return run;
      state = applyRunEvent(state, verified(entry));
    }
    return state;
  };

  return {
    load,
    async history(runId) {
      return (await log.read(runStream(runId))).map(verified);
    },
    async start(event, actor) {
      const { run_id, session_id, principal, query } = event.data;
      // Before anything is written, so that an event that has no stored form leaves nothing behind.
      const first = prepare(undefined, event, actor, run_id);
      const { at } = first.entry;
      // The list item comes first: a crash in between leaves an item without a run, which recovery drops, never a run that no
      // list shows.
      await runs.put({
        run_id,
        session_id,
        user_id: principal.id,
        status: 'running',
        query,
        created_at: at,
        updated_at: at,
        sequence: 0,
      });
      return list(undefined, await write(first));
    },
    async append(run, event, actor, consequence) {
      const next = await appendNext(run, event, actor);
      return list(run, consequence === undefined ? next : await appendConsequence(next, consequence));
    },
    repairIndexes,
    async repairBehind() {
      for (const runId of [...behind]) {
        try {
          const run = await load(runId);
          if (run !== undefined) await repairIndexes(run);
          behind.delete(runId);
        } catch {
          // Still away, or a run that does not fold: the next call tries again.
        }
      }
    },
  };
}

/** An entry whose content does not match its hash was changed behind our back: nothing is decided on it. */
function verified(entry: AuditEntry): AuditEntry {
  if (auditEntryHash(entry) !== entry.hash) {
    throw new IntegrityError(`${entry.stream} entry ${entry.sequence} does not match its hash`);
  }
  return entry;
}
