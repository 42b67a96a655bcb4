import type { Decision } from '@hitl/core';
import type { PolicyEngine } from './policy-engine.ts';
import type { PolicyRequest } from './policy-request.ts';

/** Begins the reason of a decision that was made because deciding failed. */
export const policyErrorReason = 'policy_error';

/** Decides, and denies when that throws, whatever the reason: a gate that breaks stays shut. Never throws. */
export function decideSafely(
  engine: Pick<PolicyEngine, 'decide' | 'digest'>,
  request: PolicyRequest,
): Decision {
  try {
    return engine.decide(request);
  } catch (error) {
    // Fails closed: deny, in the gravest category, since the real one may be what could not be told.
    return {
      effect: 'deny',
      rule_ids: [],
      reasons: [
        `${policyErrorReason}: the policy could not be evaluated (${messageOf(error)}); the call is denied.`,
      ],
      category: 'destructive',
      policy_digest: digestOf(engine),
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

function digestOf(engine: { readonly digest: string }): string {
  try {
    return String(engine.digest);
  } catch {
    return '';
  }
}
