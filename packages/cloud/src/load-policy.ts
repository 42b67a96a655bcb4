import { readFile } from 'node:fs/promises';
import { InvalidInputError } from '@hitl/core';
import { loadEnv } from '@hitl/lambda';
import {
  compilePolicy,
  loadDefaultPolicy,
  type PolicyDocument,
  type PolicyEngine,
  parsePolicy,
  withDefaultExpiry,
} from '@hitl/policy';

export interface LoadedPolicy {
  readonly engine: PolicyEngine;
  /** The file's path, or the name of the policy that ships. */
  readonly source: string;
}

/**
 * The policy in the file of `POLICY_PATH` (JSON or YAML), or the one that ships. Where it does not say when a request expires,
 * `APPROVAL_TIMEOUT_SECONDS` does.
 * @throws InvalidInputError when the file can't be read, PolicyFileError when it is wrong: nothing is decided by half a policy.
 */
export async function loadPolicy(): Promise<LoadedPolicy> {
  const { POLICY_PATH: path, APPROVAL_TIMEOUT_SECONDS: expirySeconds } = loadEnv({
    optional: ['POLICY_PATH', 'APPROVAL_TIMEOUT_SECONDS'],
  });
  const document = path === undefined ? loadDefaultPolicy() : await readPolicy(path);
  const complete = expirySeconds === undefined ? document : withDefaultExpiry(document, expirySeconds);
  return { engine: compilePolicy(complete), source: path ?? document.source };
}

async function readPolicy(path: string): Promise<PolicyDocument> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new InvalidInputError(`POLICY_PATH: ${path} can't be read (${cause.code ?? cause.name})`, {
      cause,
    });
  });
  return parsePolicy(text, path);
}
