import { parsePolicy } from './parse-policy.ts';
import { compilePolicy, type PolicyEngine } from './policy-engine.ts';

export type ReloadResult =
  | { readonly is_loaded: true; readonly is_changed: boolean; readonly digest: string }
  | { readonly is_loaded: false; readonly error: Error; readonly digest: string };

export interface ReloadablePolicy {
  /** The engine in force. Take it once per run of decisions that must agree with each other. */
  current(): PolicyEngine;
  /** Puts a new policy in force at once and whole, or leaves the old one in force and says why. Never throws. */
  reload(text: string, source: string): ReloadResult;
}

export function createReloadablePolicy(initial: PolicyEngine): ReloadablePolicy {
  let engine = initial;
  return {
    current: () => engine,
    reload(text, source) {
      try {
        const next = compilePolicy(parsePolicy(text, source));
        const isChanged = next.digest !== engine.digest;
        engine = next;
        return { is_loaded: true, is_changed: isChanged, digest: next.digest };
      } catch (error) {
        // The old policy stays: a half-understood one must not decide.
        return {
          is_loaded: false,
          error: error instanceof Error ? error : new Error(String(error)),
          digest: engine.digest,
        };
      }
    },
  };
}
