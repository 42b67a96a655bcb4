import { type Policy, policySchema } from './policy-schema.ts';
import { readChecked } from './read-checked.ts';
import type { Position } from './read-document.ts';

/** A policy that passed every check, and where in its text things stand. */
export interface PolicyDocument {
  /** Where the text came from, for messages. */
  readonly source: string;
  readonly policy: Policy;
  /** Where a path such as `['rules', 0, 'when']` stands in the text. */
  locate(path: readonly PropertyKey[]): Position;
}

/**
 * Reads a policy file (YAML 1.2 or JSON).
 * @param source names the file in messages.
 * @throws PolicyFileError that lists every problem with its line; nothing of a wrong file is ever used.
 */
export function parsePolicy(text: string, source: string): PolicyDocument {
  const { value, locate } = readChecked(text, source, () => policySchema);
  return { source, policy: value, locate };
}
