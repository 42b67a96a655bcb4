import type { ApprovalBlock, Policy } from './policy-schema.ts';

/** What a directory knows; what is left out is not checked. */
export interface KnownDirectory {
  /** Bare names. */
  readonly groups?: readonly string[];
  readonly principals?: readonly string[];
}

export interface ReferenceProblem {
  readonly kind: 'unknown_group' | 'unknown_principal' | 'impossible_quorum' | 'never_fires';
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Names that the directory doesn't have, and approvals that can't come about. */
export function checkReferences(policy: Policy, directory: KnownDirectory): ReferenceProblem[] {
  const problems: ReferenceProblem[] = [];
  if (policy.default_approval !== undefined) {
    problems.push(...checkBlock(policy.default_approval, ['default_approval'], directory));
  }
  for (const [i, { when, approval }] of policy.rules.entries()) {
    for (const group of when.groups?.values ?? []) {
      const problem = checkReference(`group:${group}`, ['rules', i, 'when', 'groups'], directory);
      if (problem !== undefined) problems.push(problem);
    }
    if (approval !== undefined) problems.push(...checkBlock(approval, ['rules', i, 'approval'], directory));
  }
  return problems;
}

function checkBlock(block: ApprovalBlock, path: readonly (string | number)[], directory: KnownDirectory) {
  const problems: ReferenceProblem[] = [];
  const check = (references: readonly string[], below: readonly (string | number)[]) => {
    for (const reference of references) {
      const problem = checkReference(reference, [...path, ...below], directory);
      if (problem !== undefined) problems.push(problem);
    }
  };
  for (const [i, { from, votes }] of (block.steps ?? []).entries()) {
    check(from, ['steps', i, 'from']);
    if (from.every((reference) => reference.startsWith('user:')) && new Set(from).size < votes) {
      const message = `${votes} votes can't come from ${new Set(from).size} people`;
      problems.push({ kind: 'impossible_quorum', path: [...path, 'steps', i, 'votes'], message });
    }
  }
  for (const [i, stage] of (block.escalate ?? []).entries()) {
    check(stage.to, ['escalate', i, 'to']);
    if (block.expires_in_seconds !== undefined && stage.after_seconds >= block.expires_in_seconds) {
      const message = `escalates after ${stage.after_seconds} s, but the request expires after ${block.expires_in_seconds} s`;
      problems.push({ kind: 'never_fires', path: [...path, 'escalate', i], message });
    }
  }
  return problems;
}

function checkReference(
  reference: string,
  path: readonly (string | number)[],
  { groups, principals }: KnownDirectory,
): ReferenceProblem | undefined {
  const name = reference.slice(reference.indexOf(':') + 1);
  if (reference.startsWith('group:')) {
    if (groups === undefined || groups.includes(name)) return undefined;
    return { kind: 'unknown_group', path, message: `the directory has no group "${name}"` };
  }
  if (principals === undefined || principals.includes(name)) return undefined;
  return { kind: 'unknown_principal', path, message: `the directory has no user "${name}"` };
}
