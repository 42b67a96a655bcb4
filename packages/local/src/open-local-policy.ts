import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidInputError } from '@hitl/core';
import {
  compilePolicy,
  createReloadablePolicy,
  defaultPolicyPath,
  type PolicyEngine,
  parsePolicy,
  type ReloadResult,
} from '@hitl/policy';
import { readTextFile } from './read-checked-file.ts';

export interface LocalPolicy {
  readonly current: () => PolicyEngine;
  /** The file, absolute. */
  readonly source: string;
  /** Reads the file again if its text changed; a file that does not load leaves the old policy in force. */
  refresh(): Promise<ReloadResult | undefined>;
}

/** The policy of `POLICY_PATH`, or the one that ships. A file that does not load stops the start. */
export async function openLocalPolicy(path: string | undefined): Promise<LocalPolicy> {
  const source = resolve(path ?? defaultPolicyPath);
  let text = await readTextFile(source).catch((cause: unknown) => {
    throw cause instanceof InvalidInputError
      ? new InvalidInputError(`POLICY_PATH: ${cause.message}`, { cause })
      : cause;
  });
  const policy = createReloadablePolicy(compilePolicy(parsePolicy(text, source)));
  return {
    current: policy.current,
    source,
    async refresh() {
      const now = await readFile(source, 'utf8').catch(() => text);
      if (now === text) return undefined;
      text = now;
      return policy.reload(now, source);
    },
  };
}
