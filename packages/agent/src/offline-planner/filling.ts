import type { JsonObject, JsonValue } from '@hitl/core';

/** What a clause gives for one tool. Nothing in it is made up: every value stands in the request. */
export interface Filling {
  /** One set of arguments per call: several when one argument was given several values. */
  readonly argumentSets: readonly JsonObject[];
  /** Required arguments that the request does not give. */
  readonly missing: readonly string[];
  /** What was given but does not fit, one sentence each. */
  readonly problems: readonly string[];
}

export interface FillContext {
  /** The person that "them", "him" or "the new user" means. */
  readonly lastEmail: string | undefined;
}

/** By argument: several values make several calls. */
export type Values = Map<string, JsonValue[]>;
