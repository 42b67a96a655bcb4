import type { JsonObject, JsonValue } from '../canonical-json.ts';
import type { Preview } from '../tool-call.ts';
import type { ToolDefinition } from '../tool-definition.ts';

export interface ToolListing {
  /** Tools that may be offered: reachable, well-formed and accepted. Sorted by wire name. */
  readonly tools: readonly ToolDefinition[];
  /** Servers that did not answer, each with one line that says why. */
  readonly unavailable: readonly { readonly server: string; readonly reason: string }[];
  /** Tools that are new or changed and wait for a person's acceptance. */
  readonly quarantined: readonly ToolDefinition[];
  /** Tools that were dropped, with the reason (bad schema, duplicate name, task-only …). */
  readonly dropped: readonly { readonly server: string; readonly tool: string; readonly reason: string }[];
}

/**
 * What became of one tool call. `unknown` means that the request may have reached the server and no answer is known: it must
 * not be repeated blindly. `not_sent` means that it certainly did not reach it.
 */
export type ToolOutcome =
  | {
      readonly kind: 'succeeded';
      readonly content: JsonValue;
      readonly structured?: JsonObject;
      readonly upstream_request_id?: string;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly content?: JsonValue }
  | { readonly kind: 'not_sent'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

export interface ToolCallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
  /** Stable over retries of the same call; handed to the server in `_meta` as `hitl-mcp/idempotency-key`. */
  readonly idempotencyKey: string;
}

/** All tools of all servers. Never throws for what a server does wrong: outcomes say it. */
export interface ToolSource {
  list(options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<ToolListing>;
  /**
   * Calls the tool if its definition's digest is still `expectedDigest`, else `not_sent` with code `tool_definition_changed`.
   */
  call(
    call: { server: string; tool: string; arguments: JsonObject },
    expectedDigest: string,
    options: ToolCallOptions,
  ): Promise<ToolOutcome>;
  /**
   * Asks the tool's preview companion. `undefined` when it declares none. Throws `InvalidInputError` when the server says the
   * call is wrong (its message is shown to the model), `ConflictError` with code `tool_definition_changed` when the tool is no
   * longer the given one, `UnavailableError` when it can't be read now.
   */
  preview(
    tool: ToolDefinition,
    args: JsonObject,
    options: { signal?: AbortSignal; timeoutMs: number },
  ): Promise<Preview | undefined>;
  close(): Promise<void>;
}

/** Which tool definitions a person has accepted. */
export interface ToolPins {
  isAccepted(name: string, digest: string): Promise<boolean>;
}
