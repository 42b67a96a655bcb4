import type { StreamEvent } from '../stream-event.ts';

/** Live events of runs, for whoever watches. A convenience: the record is the truth. */
export interface RunFeed {
  /** Never waits and never throws: a watcher must not be able to hold up a run. */
  publish(runId: string, event: StreamEvent): void;
  /**
   * Events from the moment of this call (not of the first `next`) until `run-finished`, until `signal` aborts, or until the
   * feed closes. A watcher that falls too far behind is told so by an `UnavailableError`: it reads the run instead.
   */
  subscribe(runId: string, signal?: AbortSignal): AsyncIterable<StreamEvent>;
}
