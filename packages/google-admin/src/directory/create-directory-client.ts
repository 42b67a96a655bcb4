import { setTimeout as sleep } from 'node:timers/promises';
import { type admin_directory_v1, admin as createAdmin } from '@googleapis/admin';
import {
  type Clock,
  InvalidInputError,
  OutcomeUnknownError,
  systemClock,
  UnavailableError,
} from '@hitl/core';
import type { z } from 'zod';
import type { GoogleCredentials } from '../google-credentials.ts';
import { createAuthClient } from './create-auth-client.ts';
import { CutOffError } from './cut-off-error.ts';
import { explainRequestError } from './explain-request-error.ts';
import { GoogleRequestError } from './google-request-error.ts';
import { type GoogleUser, googleUserSchema } from './google-user.ts';
import {
  backoffMs,
  type Pacing,
  pause,
  type RetryPolicy,
  sendOnce,
  sendWithRetry,
} from './send-with-retry.ts';

export interface DirectoryClientOptions {
  readonly credentials: GoogleCredentials;
  /** Another Directory service, e.g. an emulated one. https, or http on loopback. */
  readonly rootUrl?: string | undefined;
  readonly tokenUrl?: string | undefined;
  /** Default `my_customer`: the customer of the credentials. */
  readonly customer?: string;
  /** The custom schema that is read along with a user. */
  readonly schemaName: string;
  /** One HTTP exchange. Default 15 s. */
  readonly requestTimeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** How long a user made here may stay invisible before "not found" is believed. Default 2 minutes. */
  readonly visibleWithinMs?: number;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
}

/** The calls that the tools need. All throw `HitlError`s unless said otherwise. */
export interface DirectoryClient {
  /** With the custom schema. A user made by this client is waited for. @throws NotFoundError */
  getUser(userKey: string, signal: AbortSignal): Promise<GoogleUser>;
  /** `undefined` when there is none; never waits. `askedAt` is Google's own clock, epoch milliseconds. */
  findUser(userKey: string, signal: AbortSignal): Promise<{ user: GoogleUser | undefined; askedAt: number }>;
  listUsers(
    query: admin_directory_v1.Params$Resource$Users$List,
    signal: AbortSignal,
  ): Promise<{ users: GoogleUser[]; nextPageToken: string | undefined }>;
  /** One try. @throws GoogleRequestError */
  insertUserOnce(user: admin_directory_v1.Schema$User, signal: AbortSignal): Promise<GoogleUser>;
  /** PUT: what `change` leaves out is kept. Repeated on failure, so `change` must hold absolute values. */
  updateUser(
    userKey: string,
    change: admin_directory_v1.Schema$User,
    signal: AbortSignal,
  ): Promise<GoogleUser>;
  /** The same without repetition. @throws GoogleRequestError */
  updateUserOnce(
    userKey: string,
    change: admin_directory_v1.Schema$User,
    signal: AbortSignal,
  ): Promise<GoogleUser>;
  signOut(userKey: string, signal: AbortSignal): Promise<void>;
  /** `undefined` when the credentials may not read schemas. */
  hasSchemaField(schema: string, field: string, signal: AbortSignal): Promise<boolean | undefined>;
  /** Waits before another try of what threw `error`. */
  backOff(attempt: number, error: GoogleRequestError | undefined, signal: AbortSignal): Promise<void>;
  readonly retry: RetryPolicy;
}

export function createDirectoryClient(options: DirectoryClientOptions): DirectoryClient {
  const pacing: Pacing = {
    retry: { maxAttempts: 5, baseDelayMs: 1000, maxDelayMs: 32_000, ...options.retry },
    requestTimeoutMs: options.requestTimeoutMs ?? 15_000,
    sleep: options.sleep ?? ((ms, signal) => sleep(ms, undefined, { signal })),
    random: options.random ?? Math.random,
  };
  const clock = options.clock ?? systemClock;
  const visibleWithinMs = options.visibleWithinMs ?? 120_000;
  const customer = options.customer ?? 'my_customer';
  for (const name of ['rootUrl', 'tokenUrl'] as const) checkUrl(name, options[name]);
  const { users, schemas } = createAdmin({
    version: 'directory_v1',
    auth: createAuthClient(options.credentials, {
      tokenUrl: options.tokenUrl,
      requestTimeoutMs: pacing.requestTimeoutMs,
      fetch: options.fetch ?? globalThis.fetch,
    }),
    ...(options.rootUrl === undefined ? {} : { rootUrl: options.rootUrl }),
    // Its own retries know nothing of reasons, and repeat neither 403s nor POSTs: all repetition is decided here.
    retry: false,
  });
  const projection = { projection: 'custom', customFieldMask: options.schemaName };
  /** Users made by this client, by address, with the time at which "not found" becomes the truth. */
  const awaited = new Map<string, number>();

  const awaitUser = (userKey: string) => {
    for (const [key, until] of awaited) if (until <= clock.now()) awaited.delete(key);
    awaited.set(userKey.toLowerCase(), clock.now() + visibleWithinMs);
  };

  const readUser = async (userKey: string, signal: AbortSignal) => {
    const answer = await sendWithRetry(
      (limit) => users.get({ userKey, ...projection }, { signal: limit }),
      signal,
      pacing,
    );
    return parseAnswer(googleUserSchema, answer.data);
  };

  const client: DirectoryClient = {
    retry: pacing.retry,
    async getUser(userKey, signal) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await readUser(userKey, signal);
        } catch (error) {
          const isYoung = (awaited.get(userKey.toLowerCase()) ?? 0) > clock.now();
          if (!(error instanceof GoogleRequestError) || error.status !== 404 || !isYoung)
            throw explained(error, `user ${userKey}`);
          await pause(backoffMs(attempt, pacing), signal, pacing);
        }
      }
    },
    async findUser(userKey, signal) {
      try {
        return { user: await readUser(userKey, signal), askedAt: clock.now() };
      } catch (error) {
        if (error instanceof GoogleRequestError && error.status === 404)
          return { user: undefined, askedAt: error.answeredAt ?? clock.now() };
        throw explained(error, `user ${userKey}`);
      }
    },
    async listUsers(query, signal) {
      const by = query.domain === undefined ? { customer } : {};
      try {
        const answer = await sendWithRetry(
          (limit) => users.list({ orderBy: 'email', ...by, ...query }, { signal: limit }),
          signal,
          pacing,
        );
        return {
          users: (answer.data.users ?? []).map((user) => parseAnswer(googleUserSchema, user)),
          nextPageToken: answer.data.nextPageToken ?? undefined,
        };
      } catch (error) {
        throw explained(error, query.domain === undefined ? 'customer' : `domain ${query.domain}`);
      }
    },
    async insertUserOnce(requestBody, signal) {
      const send = (limit: AbortSignal) => users.insert({ requestBody }, { signal: limit });
      try {
        const user = parseAnswer(googleUserSchema, (await unlessCutOff(sendOnce(send, signal, pacing))).data);
        awaitUser(user.id);
        awaitUser(user.primaryEmail);
        return user;
      } catch (error) {
        const mayExist =
          error instanceof OutcomeUnknownError ||
          (error instanceof GoogleRequestError && (error.isAmbiguous || error.status === 409));
        if (mayExist) awaitUser(requestBody.primaryEmail ?? '');
        throw error;
      }
    },
    async updateUserOnce(userKey, requestBody, signal) {
      const send = (limit: AbortSignal) => users.update({ userKey, requestBody }, { signal: limit });
      return parseAnswer(googleUserSchema, (await unlessCutOff(sendOnce(send, signal, pacing))).data);
    },
    async updateUser(userKey, requestBody, signal) {
      try {
        const send = (limit: AbortSignal) => users.update({ userKey, requestBody }, { signal: limit });
        const answer = await unlessCutOff(sendWithRetry(send, signal, pacing));
        return parseAnswer(googleUserSchema, answer.data);
      } catch (error) {
        throw explained(error, `user ${userKey}`);
      }
    },
    async signOut(userKey, signal) {
      try {
        await sendWithRetry((limit) => users.signOut({ userKey }, { signal: limit }), signal, pacing);
      } catch (error) {
        throw explained(error, `user ${userKey}`);
      }
    },
    async hasSchemaField(schemaKey, field, signal) {
      try {
        const { data } = await sendWithRetry(
          (limit) => schemas.get({ customerId: customer, schemaKey }, { signal: limit }),
          signal,
          pacing,
        );
        return data.fields?.some((one) => one.fieldName === field && one.multiValued === true) ?? false;
      } catch (error) {
        if (error instanceof GoogleRequestError && error.status === 404) return false;
        // Many tenants don't grant the schema scope; Google itself refuses an unknown schema at the change.
        if (error instanceof GoogleRequestError && error.status === 403) return undefined;
        throw explained(error, `custom schema ${schemaKey}`);
      }
    },
    backOff: (attempt, error, signal) => pause(backoffMs(attempt, pacing, error), signal, pacing),
  };
  return client;
}

/** A change whose caller gave up while Google was at work on it may stand: "cancelled" would be read as "not done". */
async function unlessCutOff<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof CutOffError)) throw error;
    throw new OutcomeUnknownError(
      'the time was up while Google was at work on the change: look before trying again',
      { cause: error },
    );
  }
}

function explained(error: unknown, what: string): unknown {
  return error instanceof GoogleRequestError ? explainRequestError(error, what) : error;
}

function parseAnswer<T>(schema: z.ZodType<T>, data: unknown): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new UnavailableError(`Google answered with something that is no user (${field})`);
}

function checkUrl(name: string, value: string | undefined): void {
  if (value === undefined) return;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return;
  // The bearer token of an administrator would travel in the clear.
  throw new InvalidInputError(`${name} must be an https URL`, {
    errors: [{ path: name, message: 'must be an https URL' }],
  });
}
