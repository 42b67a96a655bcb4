import type { Caller } from '@hitl/application';
import { InvalidInputError } from '@hitl/core';
import type { z } from 'zod';
import type { ApiDeps } from './api-deps.ts';

export type HttpMethod = 'GET' | 'POST' | 'DELETE';

/** What a route's handler is given: everything parsed, the caller known. */
export interface RouteInput<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly headers: Headers;
  /** The caller; `claimedUserId` is honoured only where the credential may speak for others. */
  readonly caller: (claimedUserId?: string) => Caller;
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
  readonly isPublic?: boolean;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  readonly status: number;
  readonly errors: readonly number[];
  readonly alsoStreams?: boolean;
  handle(deps: ApiDeps, input: RouteInput<unknown, unknown, unknown>): Promise<RouteResult | Response>;
}

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** Keeps a handler's input types bound to its own schemas. */
export function defineRoute<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  route: Omit<Route, 'handle' | 'params' | 'query' | 'body'> & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    handle(
      deps: ApiDeps,
      input: RouteInput<Parsed<P>, Parsed<Q>, Parsed<B>>,
    ): Promise<RouteResult | Response>;
  },
): Route {
  return route as unknown as Route;
}

/** Parses one part of a request. @throws InvalidInputError that names each wrong field. */
export function parsePart(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    path: issue.path.length > 0 ? issue.path.map(String).join('.') : where,
    message: issue.message,
  }));
  const [first] = errors;
  throw new InvalidInputError(
    first === undefined ? `${where} is not valid` : `${first.path}: ${first.message}`,
    { errors },
  );
}
