import { randomUUID } from 'node:crypto';
import { type FrontRequest, type FrontResponse, json, type Shim } from '../front-request.ts';
import { type GatewayRoute, matchRoute, type RouteMatch, readGatewayRoutes } from '../gateway-routes.ts';
import type { DeployedFunctions } from '../lambda/deployed-functions.ts';
import { parseFunctionName } from '../lambda/deployed-functions.ts';
import type { FunctionHost } from '../lambda/function-host.ts';
import { type SigningCaller, verifySignature } from '../verify-signature.ts';

interface HttpResult {
  statusCode?: number;
  headers?: Record<string, string | number | boolean>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
}

/** API Gateway's traffic, which moto does not serve: by the deployed routes, integrations and authorisation, in format 2.0. */
export function serveHttpApis(options: {
  readonly region: string;
  readonly accountId: string;
  readonly functions: DeployedFunctions;
  readonly host: FunctionHost;
  readonly askMoto: (path: string) => Promise<FrontResponse>;
  readonly callers: () => readonly SigningCaller[];
}): Shim {
  const { region, accountId, functions, host, askMoto, callers } = options;
  const known = new Map<string, readonly GatewayRoute[]>();
  const apiHost = new RegExp(`^([a-z0-9]+)\\.execute-api\\.${region}\\.amazonaws\\.com$`);

  return async (request) => {
    // Whatever changes an API may change its routes.
    if (request.path.startsWith('/v2/apis') && request.method !== 'GET') known.clear();
    const apiId = apiHost.exec(request.host)?.[1];
    if (apiId === undefined) return undefined;
    const routes = known.get(apiId) ?? (await readGatewayRoutes(apiId, askMoto));
    if (routes === undefined) return json(403, { message: 'Forbidden' });
    known.set(apiId, routes);
    const match = matchRoute(routes, request.method, request.path.split('?')[0] ?? '/');
    if (match === undefined) return json(404, { message: 'Not Found' });
    const { route } = match;
    let caller: SigningCaller | undefined;
    if (route.authorizationType === 'AWS_IAM') {
      caller = verifySignature(request, callers());
      if (caller === undefined) return json(403, { message: 'Forbidden' });
    } else if (route.authorizationType !== 'NONE') {
      throw new Error(`the emulated gateway knows no ${route.authorizationType}`);
    }
    const { name, qualifier } = parseFunctionName(route.functionArn);
    const target = await functions.find(name, qualifier);
    if (target === undefined) return json(500, { message: 'Internal Server Error' });
    const event = toEvent(request, { apiId, accountId, match, caller });
    const { payload, isError } = await host.invoke(target, event);
    return isError ? json(500, { message: 'Internal Server Error' }) : toResponse(payload);
  };
}

function toEvent(
  request: FrontRequest,
  context: {
    readonly apiId: string;
    readonly accountId: string;
    readonly match: RouteMatch;
    readonly caller: SigningCaller | undefined;
  },
): object {
  const { apiId, accountId, match, caller } = context;
  const [rawPath = '/', rawQueryString = ''] = request.path.split('?');
  const { cookie, ...headers } = request.headers;
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString))
    query[name] = Object.hasOwn(query, name) ? `${query[name]},${value}` : value;
  const now = new Date();
  const isText = /^(text\/|application\/(json|.*\+json|x-www-form-urlencoded|xml|javascript))/.test(
    headers['content-type'] ?? 'text/plain',
  );
  return {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath: decodeURIComponent(rawPath),
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers,
    ...(rawQueryString === '' ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: caller === undefined ? 'anonymous' : accountId,
      apiId,
      ...(caller === undefined
        ? {}
        : {
            authorizer: {
              iam: {
                accessKey: caller.accessKeyId,
                accountId,
                callerId: caller.userId,
                cognitoIdentity: null,
                principalOrgId: null,
                userArn: caller.userArn,
                userId: caller.userId,
              },
            },
          }),
      domainName: request.host,
      domainPrefix: apiId,
      http: {
        method: request.method,
        path: decodeURIComponent(rawPath),
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: match.route.routeKey,
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(match.pathParameters).length === 0 ? {} : { pathParameters: match.pathParameters }),
    ...(request.body.length === 0 ? {} : { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

/** An answer without a status is a body by itself. */
function toResponse(payload: unknown): FrontResponse {
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) {
    return json(200, payload);
  }
  const { statusCode = 200, headers = {}, cookies = [], body = '', isBase64Encoded } = payload as HttpResult;
  return {
    status: statusCode,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
      ),
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
    },
    body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
