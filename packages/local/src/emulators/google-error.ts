/** An answer that Google would give instead of a resource; thrown by the handlers and turned into Google's error body. */
export class GoogleError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly headers: Record<string, string>;

  constructor(status: number, reason: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }

  /** The JSON body of the older Google APIs: one entry in `errors`, whose `reason` clients decide by. */
  body(): Record<string, unknown> {
    const isUsage = /ratelimit|quota/i.test(this.reason);
    const entry = {
      message: this.message,
      domain: isUsage ? 'usageLimits' : 'global',
      reason: this.reason,
      ...(this.status === 401 ? { location: 'Authorization', locationType: 'header' } : {}),
    };
    return {
      error: {
        code: this.status,
        message: this.message,
        errors: [entry],
        ...(this.status === 401 ? { status: 'UNAUTHENTICATED' } : {}),
      },
    };
  }
}

export const notFound = (what: string) => new GoogleError(404, 'notFound', `Resource Not Found: ${what}`);
export const invalidInput = (what: string) => new GoogleError(400, 'invalid', `Invalid Input: ${what}`);
