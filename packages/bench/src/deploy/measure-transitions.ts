import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdvanceHandler } from '@hitl/advance';
import { castVote } from '@hitl/application';
import { createLocalWorkflowEngine, startLocalStack } from '@hitl/local';
import { createWorkflowDefinition } from '@hitl/workflow';
import type { BenchRow } from '../bench-row.ts';

/** Runs of the real step and the real store on the real definition, with every state counted that is entered. */
export async function measureTransitions(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hitl-bench-transitions-'));
  const stack = await startLocalStack({ dataDir: folder, env: { LOG_LEVEL: 'error' } });
  const entered = new Map<string, string[]>();
  const engine = createLocalWorkflowEngine({
    definition: createWorkflowDefinition({
      advanceFunction: 'advance',
      expireFunction: 'expire-approval',
      approvalTimeoutSeconds: 600,
    }),
    functions: {
      advance: (event, signal) => advance(event, signal),
      'expire-approval': () => Promise.reject(new Error('nothing expires here')),
    },
    getTaskToken: (runId) => stack.deps.approvals.getTaskToken(runId),
    onStateEntered: (id, state) => entered.set(id, [...(entered.get(id) ?? []), state]),
  });
  const deps = { ...stack.deps, workflow: engine };
  const advance = createAdvanceHandler({ ...deps, tasks: engine.tasks, requestApproval: async () => {} });

  const transitionsOf = async (action_text: string, vote: boolean): Promise<number> => {
    const { executionId, result } = engine.startExecution({ action_text, user_id: 'alice' });
    if (vote) {
      await engine.idle();
      const { items } = await deps.approvals.list({ status: 'pending', limit: 1 });
      const [pending] = items;
      if (pending === undefined) throw new Error(`"${action_text}" waits for nobody`);
      const { approval_id, digest } = pending;
      const carol = { id: 'carol', kind: 'user', assurance: 'authenticated', channel: 'cli' } as const;
      await castVote(deps, carol, { approval_id, digest, decision: 'approve' });
    }
    const run = (await result) as { status?: unknown };
    if (run.status !== 'completed') throw new Error(`"${action_text}" ended as ${String(run.status)}`);
    // The engine tells of states as they are read from its log.
    await new Promise((resolve) => setImmediate(resolve));
    return entered.get(executionId)?.length ?? Number.NaN;
  };
  try {
    const rows = [];
    for (const [what, query, vote, most] of [
      ['without an approval', 'list all users', false, 3],
      ['with one approval', 'suspend john.doe@example.com', true, 5],
    ] as const) {
      const count = await transitionsOf(query, vote);
      rows.push({
        name: `state transitions of a run ${what}`,
        value: count,
        unit: '',
        target: `<= ${most}`,
        met: count <= most,
        note: 'counted on the local engine, same definition as on AWS',
      });
    }
    return rows;
  } finally {
    await engine.close();
    await stack.close();
    await rm(folder, { recursive: true, force: true });
  }
}
