import { approvalViewSchema, grantViewSchema, runViewSchema } from '@hitl/application';
import { pageSessionCookie } from '@hitl/coordination';
import { streamEventSchema } from '@hitl/core';
import { z } from 'zod';
import type { Route } from './define-route.ts';
import { jsonSchemaOf } from './json-schema-of.ts';

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
  request_id: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What stands under its own name in the document. */
const named = new Map<z.ZodType, string>([
  [runViewSchema, 'Run'],
  [approvalViewSchema, 'Approval'],
  [grantViewSchema, 'Grant'],
  [streamEventSchema, 'StreamEvent'],
  [problemSchema, 'Problem'],
]);

/** OpenAPI 3.1 from the very schemas that validate. */
export function describeApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {
    '/openapi.json': { get: describeItself },
  };
  for (const route of routes) {
    const item = paths[route.path] ?? {};
    paths[route.path] = item;
    item[route.method.toLowerCase()] = describeRoute(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'hitl-mcp',
      summary: 'The place where AI agents ask people before they act',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: pageSessionCookie.name },
      },
      schemas: Object.fromEntries(
        [...named].map(([schema, name]) => [name, jsonSchemaOf(schema, 'output')] as const),
      ),
    },
  };
}

const describeItself = {
  operationId: 'getDescription',
  summary: 'This document',
  security: [],
  responses: {
    200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
  },
};

function describeRoute(route: Route): object {
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...parametersOf(route.headers, 'header'),
  ];
  return {
    operationId: route.operationId,
    summary: route.summary,
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [route.bodyType === 'form' ? 'application/x-www-form-urlencoded' : 'application/json']: {
                schema: jsonSchemaOf(route.body, 'input'),
              },
            },
          },
        }),
    responses: describeResponses(route),
  };
}

function securityOf({ credential = 'caller' }: Route): object[] {
  if (credential === 'none') return [];
  return [credential === 'session' ? { session: [] } : { bearer: [] }];
}

function describeResponses(route: Route): Record<string, object> {
  const content = {
    [route.mediaType ?? 'application/json']: { schema: referenceTo(route.response) },
    ...(route.alsoPage === true ? { 'text/html; charset=utf-8': { schema: { type: 'string' } } } : {}),
  };
  const responses: Record<string, object> = {};
  for (const status of [route.status, ...(route.alsoStatuses ?? [])])
    responses[status] = { description: status < 400 ? 'done' : 'not now', content };
  if (route.alsoStreams === true) {
    responses[200] = {
      description:
        'with Accept: text/event-stream; `event` is the type and `data` the JSON of one #/components/schemas/StreamEvent',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    };
  }
  const tell = route.credential === 'session' ? page : problem;
  for (const status of refusalsOf(route)) {
    const refusal = tell(refusalNames[status] ?? 'refused');
    // A page tells its person the same refusal in its own way.
    const alsoAs = route.alsoStatuses?.includes(status) === true && status in refusalNames ? content : {};
    responses[status] = { ...refusal, content: { ...refusal.content, ...alsoAs } };
  }
  responses.default = tell('a failure on our side');
  return responses;
}

const refusalNames: Readonly<Record<number, string>> = {
  400: 'the request is wrong; `errors` names the fields',
  401: 'no valid credential',
  403: 'not entitled; `code` says why',
  404: 'not there',
  409: 'the state does not allow it; `code` says which',
  413: 'the body is too large',
};

function refusalsOf(route: Route): number[] {
  const { params, query, headers, body } = route;
  return [
    ...((params ?? query ?? headers ?? body) ? [400] : []),
    // Who is not signed in is led to where they can be.
    ...(route.credential === undefined || route.credential === 'caller' ? [401] : []),
    ...route.errors,
    ...(body === undefined ? [] : [413]),
  ];
}

function problem(description: string): { readonly description: string; readonly content: object } {
  return { description, content: { 'application/problem+json': { schema: referenceTo(problemSchema) } } };
}

function page(description: string): { readonly description: string; readonly content: object } {
  return { description, content: { 'text/html; charset=utf-8': { schema: { type: 'string' } } } };
}

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query' | 'header'): object[] {
  if (schema === undefined) return [];
  const described = jsonSchemaOf(schema, 'input') as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(described.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (described.required ?? []).includes(name),
    schema: property,
  }));
}

function referenceTo(schema: z.ZodType): object {
  const name = named.get(schema);
  return name === undefined ? jsonSchemaOf(schema, 'output') : { $ref: `#/components/schemas/${name}` };
}
