/** One refused or failed exchange with Google, before it is explained to the caller. */
export class GoogleRequestError extends Error {
  /** Absent when no answer came. */
  readonly status: number | undefined;
  /** `error.errors[0].reason` of Google's body, or OAuth's `error`. */
  readonly reason: string | undefined;
  readonly isOAuth: boolean;
  readonly retryAfterMs: number | undefined;
  /** Google's clock at the answer, epoch milliseconds (a second's grain). */
  readonly answeredAt: number | undefined;
  /** The request may have taken effect although it looks failed. */
  readonly isAmbiguous: boolean;

  constructor(
    message: string,
    facts: {
      readonly status?: number | undefined;
      readonly reason?: string | undefined;
      readonly isOAuth?: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly answeredAt?: number | undefined;
      readonly isAmbiguous: boolean;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: facts.cause });
    this.name = 'GoogleRequestError';
    this.status = facts.status;
    this.reason = facts.reason;
    this.isOAuth = facts.isOAuth ?? false;
    this.retryAfterMs = facts.retryAfterMs;
    this.answeredAt = facts.answeredAt;
    this.isAmbiguous = facts.isAmbiguous;
  }
}
