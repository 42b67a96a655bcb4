import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type PolicyDocument, parsePolicy } from './parse-policy.ts';

/** The policy that ships; a bundle must put the file beside itself and read it with `parsePolicy` instead. */
export const defaultPolicyPath: string = fileURLToPath(new URL('../default-policy.yaml', import.meta.url));

/** Reads and checks the policy that is in force where no other is configured. */
export function loadDefaultPolicy(): PolicyDocument {
  return parsePolicy(readFileSync(defaultPolicyPath, 'utf8'), 'default-policy.yaml');
}
