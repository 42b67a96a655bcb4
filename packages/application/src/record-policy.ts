import { policyStream } from '@hitl/core';
import type { PolicyEngine } from '@hitl/policy';
import { appendSystemEntry } from './append-system-entry.ts';
import type { ApplicationDeps } from './application-deps.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

/** Notes in the record which policy is in force from now on, when it is not the one noted last. */
export async function recordPolicy(
  deps: Pick<ApplicationDeps, 'log' | 'clock'>,
  engine: PolicyEngine,
  source: string,
): Promise<void> {
  await retryOnConflict(async () => {
    const head = await deps.log.head(policyStream);
    if (head?.data.policy_digest === engine.digest) return;
    await appendSystemEntry(deps, policyStream, 'system', 'policy-loaded', {
      policy_digest: engine.digest,
      source,
    });
  });
}
