import type { RunStatus, WorkflowEngine } from '@hitl/core';

export interface MemoryWorkflowEngine extends WorkflowEngine {
  /** Resolves when every run is finished or waits for people. Rejects with what an `advance` threw. */
  quiesce(): Promise<void>;
  /** Forgets all executions, as a restart does. */
  loseExecutions(): Promise<void>;
}

/** Runs `advance` again and again until a run waits for people or is finished. Nothing is retried. */
export function createMemoryWorkflowEngine(
  advance: (runId: string) => Promise<RunStatus>,
): MemoryWorkflowEngine {
  const executions = new Map<string, 'running' | 'waiting' | 'finished'>();
  const active = new Set<Promise<void>>();

  function run(runId: string): void {
    executions.set(runId, 'running');
    const work = (async () => {
      let status: RunStatus;
      do status = await advance(runId);
      while (status === 'running');
      if (executions.get(runId) === 'running')
        executions.set(runId, status === 'awaiting_approval' ? 'waiting' : 'finished');
    })();
    active.add(work);
  }

  return {
    async start(runId) {
      if (!executions.has(runId)) run(runId);
    },
    async wake(runId) {
      const execution = executions.get(runId);
      if (execution === undefined || execution === 'waiting') run(runId);
    },
    async quiesce() {
      while (active.size > 0) {
        for (const work of [...active]) {
          active.delete(work);
          await work;
        }
      }
    },
    async loseExecutions() {
      executions.clear();
    },
  };
}
