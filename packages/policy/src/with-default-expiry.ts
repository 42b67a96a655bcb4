import type { PolicyDocument } from './parse-policy.ts';

/**
 * The policy as it counts where requests expire after `seconds` unless the file says otherwise. It is part of what the digest is of: the
 * same file decides differently elsewhere.
 */
export function withDefaultExpiry(document: PolicyDocument, seconds: number): PolicyDocument {
  const { policy } = document;
  const default_approval = { expires_in_seconds: seconds, ...withoutUndefined(policy.default_approval) };
  return { ...document, policy: { ...policy, default_approval } };
}

function withoutUndefined<T extends object>(block: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(block ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
