import { type CallState, canonicalJson, type Grant } from '@hitl/core';

export interface GrantedCall {
  readonly requester_id: string;
  readonly call: Pick<CallState, 'server' | 'tool' | 'arguments'>;
  readonly environment: string;
}

/**
 * True when the grant speaks for this call: same requester, server, tool and environment, each named argument with exactly the
 * named value (whole values, compared in canonical form), and no other argument unless the grant allows others.
 */
export function matchesGrant(grant: Grant, granted: GrantedCall): boolean {
  const { call } = granted;
  if (grant.grantee_id !== granted.requester_id) return false;
  if (grant.server !== call.server || grant.tool !== call.tool) return false;
  if (grant.environment !== undefined && grant.environment !== granted.environment) return false;
  const named = Object.entries(grant.arguments);
  if (!grant.allow_other_arguments && Object.keys(call.arguments).length !== named.length) return false;
  return named.every(
    ([name, value]) =>
      Object.hasOwn(call.arguments, name) && canonicalJson(call.arguments[name]) === canonicalJson(value),
  );
}
