import { type ApplicationDeps, deliverAll } from '@hitl/application';
import type { JsonObject } from '@hitl/core';
import { toInvalidInput } from '@hitl/lambda';
import { z } from 'zod';

const requestEventSchema = z.object({ run_id: z.string().min(1) });

/**
 * Tells people about a run's open approval requests, on every channel. Invoked asynchronously, so that a slow or broken channel
 * never stands between a request and its record.
 */
export function createHandler(
  deps: Pick<ApplicationDeps, 'repository' | 'notifiers' | 'logger' | 'clock'>,
): (event: unknown) => Promise<JsonObject> {
  return async (event) => {
    const request = requestEventSchema.safeParse(event);
    if (!request.success) throw toInvalidInput(request.error);
    const { run_id } = request.data;
    const run = await deps.repository.load(run_id);
    const open = [...(run?.approvals.values() ?? [])].filter((approval) => approval.status === 'pending');
    if (run !== undefined) {
      await Promise.all(
        open.map((approval) => deliverAll(deps, 'approval-requested', run, approval.approval_id)),
      );
    }
    return { run_id, told: open.length };
  };
}
