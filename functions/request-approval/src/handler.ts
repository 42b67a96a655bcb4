import { type ApplicationDeps, deliverAll } from '@hitl/application';
import { type JsonObject, UnavailableError } from '@hitl/core';
import { toInvalidInput } from '@hitl/lambda';
import { z } from 'zod';

const handOverSchema = z
  .object({
    run_id: z.string().min(1),
    /** Without it: the run's open requests are new. */
    kind: z
      .enum([
        'approval-requested',
        'approval-reminded',
        'approval-escalated',
        'approval-decided',
        'run-finished',
      ])
      .optional(),
    approval_id: z.string().min(1).optional(),
  })
  .refine(({ kind, approval_id }) => approval_id !== undefined || !kind?.startsWith('approval-'), {
    path: ['approval_id'],
    message: 'is needed with this kind',
  });

/** Told late, it must not ask for what was decided meanwhile. */
const asksForVote: ReadonlySet<string> = new Set([
  'approval-requested',
  'approval-reminded',
  'approval-escalated',
]);

/**
 * Tells people on every channel what happened to a run: that it waits for them, reminders and escalations, decisions, its end.
 * Invoked asynchronously, so that a slow or broken channel never stands between what happened and its record. Channels know what they
 * were told, so that doing it again tells only the others.
 * @throws UnavailableError naming the channels that could not be told, once all others were: whoever invoked tries again and keeps it
 */
export function createHandler(
  deps: Pick<ApplicationDeps, 'repository' | 'notifiers' | 'logger' | 'clock'>,
): (event: unknown) => Promise<JsonObject> {
  return async (event) => {
    const parsed = handOverSchema.safeParse(event);
    if (!parsed.success) throw toInvalidInput(parsed.error);
    const { run_id, kind, approval_id } = parsed.data;
    const run = await deps.repository.load(run_id);
    if (run === undefined) return { run_id, told: 0 };
    if (kind !== undefined) {
      if (asksForVote.has(kind) && run.approvals.get(approval_id ?? '')?.status !== 'pending')
        return { run_id, told: 0 };
      requireAll(await deliverAll(deps, kind, run, approval_id));
      return { run_id, told: 1 };
    }
    const open = [...run.approvals.values()].filter((approval) => approval.status === 'pending');
    const failed = await Promise.all(
      open.map((approval) => deliverAll(deps, 'approval-requested', run, approval.approval_id)),
    );
    requireAll(failed.flat());
    return { run_id, told: open.length };
  };
}

function requireAll(failed: readonly string[]): void {
  if (failed.length > 0) throw new UnavailableError(`not told by now: ${[...new Set(failed)].join(', ')}`);
}
