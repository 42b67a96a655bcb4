import type { RunStatus, WorkflowEngine } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { openSubject } from './open-subject.ts';

/** What the engine's `Advance` step does for a run: it answers with the run's status, or throws. */
export type AdvanceRun = (runId: string) => Promise<RunStatus>;

export interface WorkflowEngineContractSubject {
  readonly subject: WorkflowEngine;
  /** Resolves when the engine has nothing to do but to wait for people. */
  quiesce(): Promise<void>;
  /** Makes the engine forget its executions, as a restart or a time-out does; left out where that can't happen. */
  loseExecutions?(): Promise<void>;
  close?(): Promise<void>;
}

/** `create` receives the `Advance` step that the engine must run. */
export function describeWorkflowEngineContract(
  name: string,
  create: (advance: AdvanceRun) => Promise<WorkflowEngineContractSubject>,
): void {
  describe(`${name} keeps the WorkflowEngine contract`, () => {
    const advanced: string[] = [];
    /** Statuses that the next advances of a run answer with; `completed` when none is left. */
    const script = new Map<string, RunStatus[]>();
    const open = openSubject(async () => {
      advanced.length = 0;
      script.clear();
      return create(async (runId) => {
        advanced.push(runId);
        return script.get(runId)?.shift() ?? 'completed';
      });
    });

    it('advances a started run until it is finished', async () => {
      const { subject, quiesce } = await open();
      await subject.start('run_1');
      await quiesce();
      expect(advanced).toEqual(['run_1']);
    });

    it('makes one execution of a run that is started twice', async () => {
      const { subject, quiesce } = await open();
      script.set('run_1', ['awaiting_approval']);
      await Promise.all([subject.start('run_1'), subject.start('run_1')]);
      await subject.start('run_1');
      await quiesce();
      expect(advanced).toEqual(['run_1']);
    });

    it('lets a run wait for people and goes on when it is woken', async () => {
      const { subject, quiesce } = await open();
      script.set('run_1', ['awaiting_approval', 'awaiting_approval', 'completed']);
      await subject.start('run_1');
      await quiesce();
      expect(advanced).toHaveLength(1);
      await subject.wake('run_1');
      await quiesce();
      expect(advanced).toHaveLength(2);
      await subject.wake('run_1');
      await quiesce();
      expect(advanced).toHaveLength(3);
    });

    it('wakes only the run that was meant', async () => {
      const { subject, quiesce } = await open();
      script.set('run_1', ['awaiting_approval']);
      script.set('run_2', ['awaiting_approval']);
      await subject.start('run_1');
      await subject.start('run_2');
      await quiesce();
      await subject.wake('run_2');
      await quiesce();
      expect(advanced.filter((runId) => runId === 'run_1')).toHaveLength(1);
      expect(advanced.filter((runId) => runId === 'run_2')).toHaveLength(2);
    });

    it('starts a new execution for a run that nobody waits for any more', async () => {
      const { subject, quiesce, loseExecutions } = await open();
      if (loseExecutions === undefined) return;
      script.set('run_1', ['awaiting_approval']);
      await subject.start('run_1');
      await quiesce();
      await loseExecutions();
      await subject.wake('run_1');
      await quiesce();
      expect(advanced).toEqual(['run_1', 'run_1']);
    });
  });
}
