import type { Caller } from '@hitl/application';
import { toInvalidInput } from '@hitl/lambda';
import { z } from 'zod';
import type { ApiDeps } from './api-deps.ts';
import type { SessionAccount } from './prove-session.ts';

export type HttpMethod = 'GET' | 'POST' | 'DELETE';

/** What a route's handler is given: everything parsed. */
export interface RouteInput<P, Q, H, B> {
  readonly params: P;
  readonly query: Q;
  readonly headers: H;
  readonly body: B;
  /**
   * The caller; `claimedUserId` is honoured only where the credential may speak for others.
   * @throws ForbiddenError when it names somebody else than the credential proves; InvalidInputError when it is needed and absent.
   */
  readonly caller: (claimedUserId?: string) => Promise<Caller>;
  /** The one principal that the credential proves, if it proves one. */
  readonly voter: string | undefined;
  /** Where the credential is a session: the account that it proves, which may be nobody's. */
  readonly session: SessionAccount | undefined;
  readonly wantsEventStream: boolean;
  /** A browser asks for a page. */
  readonly wantsPage: boolean;
  /** For what is about the request as such. */
  readonly request: Request;
  readonly signal: AbortSignal;
  readonly requestId: string;
}

export interface RouteResult {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** One route as data: it validates requests and describes itself in `/openapi.json` from the same schemas. */
export interface Route {
  readonly method: HttpMethod;
  /** In OpenAPI form: `/approvals/{approval_id}/votes`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /**
   * What a request must prove. Default `caller`: the API's own credential. `session` is for pages, whose answers are pages too: a
   * person's sign-in, which no other route takes. `none` is open to everybody.
   */
  readonly credential?: 'caller' | 'session' | 'none';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Only the headers that the schema names are read. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Default `json`; `form` is `application/x-www-form-urlencoded`. */
  readonly bodyType?: 'json' | 'form';
  readonly response: z.ZodType;
  /** Default `application/json`. */
  readonly mediaType?: string;
  readonly status: number;
  /** Other statuses with the same body. */
  readonly alsoStatuses?: readonly number[];
  /** Refusals of this route, beside those that every route of its kind has. */
  readonly errors: readonly (403 | 404 | 409)[];
  /** With `Accept: text/event-stream`: 200 and a stream of events instead. */
  readonly alsoStreams?: boolean;
  /** With `Accept: text/html`: the same as a page. */
  readonly alsoPage?: boolean;
  handle(
    deps: ApiDeps,
    input: RouteInput<unknown, unknown, unknown, unknown>,
  ): Promise<RouteResult | Response>;
}

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** Keeps a handler's input types bound to its own schemas. Unless a route says otherwise, it takes no query at all. */
export function defineRoute<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  H extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  route: Omit<Route, 'handle' | 'params' | 'query' | 'headers' | 'body'> & {
    readonly params?: P;
    readonly query?: Q;
    readonly headers?: H;
    readonly body?: B;
    handle(
      deps: ApiDeps,
      input: RouteInput<Parsed<P>, Parsed<Q>, Parsed<H>, Parsed<B>>,
    ): Promise<RouteResult | Response>;
  },
): Route {
  return { query: route.credential === 'none' ? undefined : noQuery, ...route } as unknown as Route;
}

const noQuery = z.strictObject({});

/** Parses one part of a request. @throws InvalidInputError that names each wrong field, or `where` if it is wrong as a whole. */
export function parsePart(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw toInvalidInput(parsed.error, where);
}
