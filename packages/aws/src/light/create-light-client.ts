import { type Clock, systemClock, UnavailableError } from '@hitl/core';
import { LightServiceError } from './light-service-error.ts';
import { type AwsCredentials, signRequest } from './sign-request.ts';

export interface LightClientOptions {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Where the services' protocols are spoken, when not by AWS. */
  readonly endpoint?: string | undefined;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** Of one attempt. Short: whoever uses this client has an answer to give within three seconds. */
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
  readonly wait?: (ms: number) => Promise<void>;
}

export interface LightCall {
  readonly service: 'dynamodb' | 'sqs' | 'secretsmanager';
  /** `X-Amz-Target`, e.g. `DynamoDB_20120810.GetItem`. */
  readonly target: string;
  readonly protocol: '1.0' | '1.1';
  readonly input: object;
}

export interface LightAnswer {
  readonly output: Readonly<Record<string, unknown>>;
  /** Above 1 a write may have been done before, by an attempt whose answer was lost. */
  readonly attempts: number;
}

/** @throws LightServiceError for what the service refused; UnavailableError when it does not answer, after retries */
export type LightClient = (call: LightCall) => Promise<LightAnswer>;

/** Errors that say nothing about the request, only about the moment. */
const passing =
  /Throttl|TooManyRequests|LimitExceeded|ProvisionedThroughput|Unavailable|InternalServer|InternalError/;

/** AWS's JSON protocols over `fetch`, for a function that must start fast: a fiftieth of the SDK's clients. */
export function createLightClient(options: LightClientOptions): LightClient {
  const { region, credentials, clock = systemClock, timeoutMs = 1000, maxAttempts = 3 } = options;
  const wait = options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));

  async function attempt({ service, target, protocol, input }: LightCall): Promise<LightAnswer['output']> {
    const url = new URL(options.endpoint ?? `https://${service}.${region}.${suffixOf(region)}`);
    const body = JSON.stringify(input);
    const { host: _host, ...headers } = signRequest(
      {
        url,
        headers: { 'content-type': `application/x-amz-json-${protocol}`, 'x-amz-target': target },
        body,
      },
      { service, region, credentials, nowMs: clock.now() },
    );
    let response: Response;
    let text: string;
    try {
      response = await (options.fetch ?? fetch)(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw new UnavailableError(`${service} does not answer`, { cause: error });
    }
    const answer = parseObject(text);
    if (response.ok && answer !== undefined) return answer;
    const type = typeof answer?.__type === 'string' ? answer.__type : `HTTP ${response.status}`;
    throw new LightServiceError(service, type.split('#').at(-1) ?? type, response.status);
  }

  return async (call) => {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return { output: await attempt(call), attempts };
      } catch (error) {
        const isPassing =
          error instanceof UnavailableError ||
          (error instanceof LightServiceError && (error.status >= 500 || passing.test(error.type)));
        if (!isPassing || attempts >= maxAttempts) {
          if (error instanceof LightServiceError) {
            error.attempts = attempts;
            if (isPassing) throw new UnavailableError(error.message, { cause: error });
          }
          throw error;
        }
        // Jitter, so that those who failed together don't come back together.
        await wait(25 * 2 ** attempts * (0.5 + Math.random() / 2));
      }
    }
  };
}

function suffixOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
