/** One HTTP request to anything in the emulated world, read whole. */
export interface FrontRequest {
  readonly method: string;
  /** The host that the caller believes to talk to, without a port: `states.us-east-1.amazonaws.com`. */
  readonly host: string;
  /** Path with query, as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FrontResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer | string;
}

/** Answers a request, or leaves it to the next one; the last in line is moto. */
export type Shim = (request: FrontRequest) => Promise<FrontResponse | undefined>;

/** `X-Amz-Target: AmazonStates.StartExecution` → `StartExecution`, for the service that the target names. */
export function targetOf(request: FrontRequest, service: string): string | undefined {
  const [prefix, operation] = (request.headers['x-amz-target'] ?? '').split('.');
  return prefix === service ? operation : undefined;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): FrontResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
