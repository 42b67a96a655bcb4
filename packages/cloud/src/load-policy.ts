import { readFile } from 'node:fs/promises';
import { InvalidInputError } from '@hitl/core';
import { loadEnv } from '@hitl/lambda';
import { compilePolicy, loadDefaultPolicy, type PolicyEngine, parsePolicy } from '@hitl/policy';

export interface LoadedPolicy {
  readonly engine: PolicyEngine;
  /** The file's path, or the name of the policy that ships. */
  readonly source: string;
}

/**
 * The policy in the file of `POLICY_PATH` (JSON or YAML), or the one that ships.
 * @throws InvalidInputError when the file can't be read, PolicyFileError when it is wrong: nothing is decided by half a policy.
 */
export async function loadPolicy(): Promise<LoadedPolicy> {
  const { POLICY_PATH: path } = loadEnv({ optional: ['POLICY_PATH'] });
  if (path === undefined) {
    const document = loadDefaultPolicy();
    return { engine: compilePolicy(document), source: document.source };
  }
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new InvalidInputError(`POLICY_PATH: ${path} can't be read (${cause.code ?? cause.name})`, {
      cause,
    });
  });
  return { engine: compilePolicy(parsePolicy(text, path)), source: path };
}
