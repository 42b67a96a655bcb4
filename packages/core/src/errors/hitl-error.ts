/** One field that was wrong: a JSON path such as `calls[0].arguments.user_key`, and what would be right. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface HitlErrorOptions {
  readonly cause?: unknown;
  readonly errors?: readonly FieldError[];
  /** Extra machine-readable facts for the caller; must never hold a secret. */
  readonly details?: Record<string, unknown>;
}

/**
 * Base of every error that this project raises on purpose. `code` is stable and machine-readable, `status` is the HTTP
 * status that an API answers with, `isRetryable` tells whether the same call may succeed later. Each class writes its `name` out:
 * the workflow retries by it, and a minified bundle renames classes.
 */
export abstract class HitlError extends Error {
  abstract readonly code: string;
  abstract readonly status: number;
  readonly isRetryable: boolean = false;
  readonly errors: readonly FieldError[];
  readonly details: Record<string, unknown>;

  constructor(message: string, options: HitlErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.errors = options.errors ?? [];
    this.details = options.details ?? {};
  }
}
