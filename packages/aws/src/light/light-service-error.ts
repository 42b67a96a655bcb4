/** A service refused. Its own words are left out: they can hold what was sent. */
export class LightServiceError extends Error {
  /** E.g. `ConditionalCheckFailedException`. */
  readonly type: string;
  readonly status: number;
  attempts = 1;

  constructor(service: string, type: string, status: number) {
    super(`${service} refused: ${type}`);
    this.name = 'LightServiceError';
    this.type = type;
    this.status = status;
  }
}
