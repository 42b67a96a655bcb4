import { type ApplicationDeps, advanceRun, createRunRepository } from '@hitl/application';
import { createIdGenerator, type JobQueue, type RunFeed, type StreamEvent, systemClock } from '@hitl/core';
import { createShortTermMemory } from '@hitl/memory';
import { compilePolicy, parsePolicy } from '@hitl/policy';
import { createQueueNotifier } from '@hitl/slack';
import {
  createMemoryApprovalStore,
  createMemoryAuditLog,
  createMemoryBlobStore,
  createMemoryCallHistory,
  createMemoryGrantStore,
  createMemoryMemoryStore,
  createMemoryRunStore,
  createMemoryToolSource,
  createMemoryWorkflowEngine,
  type MemoryWorkflowEngine,
} from '@hitl/testing';

const silent = () => undefined;

/** The use cases over stores in memory, and the live events that they publish. Runs move in an engine of their own, as in the cloud. */
export function openMemoryApplication(given: {
  readonly model: ApplicationDeps['model'];
  readonly queue: JobQueue;
  readonly directory: ApplicationDeps['directory'];
}): {
  readonly application: ApplicationDeps;
  readonly feed: RunFeed;
  readonly engine: MemoryWorkflowEngine;
} {
  const clock = systemClock;
  const feed = openFeed();
  const log = createMemoryAuditLog();
  const runs = createMemoryRunStore({ clock });
  const approvals = createMemoryApprovalStore();
  const policy = compilePolicy(parsePolicy('version: 1\ndefault: deny\nrules: []\n', 'bench'));
  const engine = createMemoryWorkflowEngine(async (runId) => {
    const { run } = await advanceRun(application, runId, new AbortController().signal);
    return run.status;
  });
  const application: ApplicationDeps = {
    log,
    blobs: createMemoryBlobStore(),
    repository: createRunRepository({ log, runs, approvals, clock }),
    runs,
    approvals,
    grants: createMemoryGrantStore(),
    callHistory: createMemoryCallHistory(),
    memory: createShortTermMemory({ store: createMemoryMemoryStore({ clock }), clock }),
    directory: given.directory,
    tools: createMemoryToolSource([]),
    workflow: engine,
    notifiers: [createQueueNotifier(given.queue)],
    background: (task) => void task.catch(silent),
    policy: () => policy,
    model: given.model,
    modelId: 'echo',
    publish: feed.publish,
    clock,
    ids: createIdGenerator(clock),
    logger: { info: silent, warn: silent, error: silent },
    environment: 'dev',
    settings: {
      workerId: 'bench',
      isWorkerAlive: () => true,
      toolTimeoutMs: 1000,
      previewTimeoutMs: 1000,
      defaultExecutionTimeoutSeconds: 300,
      maxSteps: 12,
      maxCallsPerStep: 16,
      toolOutputTokens: 2000,
    },
  };
  return { application, feed, engine };
}

/** Live events by run, to whoever listens. */
function openFeed(): RunFeed {
  const watchers = new Map<string, Set<(event: StreamEvent) => void>>();
  return {
    publish(runId, event) {
      for (const watcher of watchers.get(runId) ?? []) watcher(event);
    },
    subscribe(runId, signal) {
      const waiting: StreamEvent[] = [];
      let wake = silent as () => void;
      const watcher = (event: StreamEvent): void => {
        waiting.push(event);
        wake();
      };
      const all = watchers.get(runId) ?? new Set();
      watchers.set(runId, all.add(watcher));
      signal?.addEventListener('abort', () => wake(), { once: true });
      return (async function* read() {
        try {
          while (signal?.aborted !== true) {
            const event = waiting.shift();
            if (event !== undefined) yield event;
            else
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
            if (event?.type === 'run-finished') return;
          }
        } finally {
          all.delete(watcher);
          if (all.size === 0) watchers.delete(runId);
        }
      })();
    },
  };
}
