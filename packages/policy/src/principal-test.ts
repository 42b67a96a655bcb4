import type { Principal } from '@hitl/core';
import { compileGlob, isExact } from './glob.ts';

const prefixed = /^(user|service):(.+)$/;

/** A principal's id, for either kind or, as `user:ID` or `service:ID`, for one; the id may be a glob. */
export function compilePrincipals(patterns: readonly string[]): (principal: Principal) => boolean {
  const exact = new Set<string>();
  const tests: ((principal: Principal) => boolean)[] = [];
  for (const pattern of patterns) {
    const [, kind, id = pattern] = prefixed.exec(pattern) ?? [];
    if (kind === undefined && isExact(id)) exact.add(id);
    else {
      const testId = compileGlob(id);
      tests.push((principal) => (kind === undefined || principal.kind === kind) && testId(principal.id));
    }
  }
  return (principal) => exact.has(principal.id) || tests.some((test) => test(principal));
}

/** The ids that the patterns name in full, or `undefined` when one of them is a glob. */
export function exactPrincipalIds(patterns: readonly string[]): readonly string[] | undefined {
  const ids = patterns.map((pattern) => prefixed.exec(pattern)?.[2] ?? pattern);
  return ids.every(isExact) ? ids : undefined;
}
