import type { FrontResponse } from './front-request.ts';

/** A route of a deployed HTTP API, as moto keeps it. */
export interface GatewayRoute {
  readonly routeKey: string;
  readonly authorizationType: string;
  readonly functionArn: string;
  readonly payloadFormatVersion: string;
}

interface Page<T> {
  items: T[];
  nextToken?: string;
}

/** The routes of one API with what each leads to; nothing where there is no such API. */
export async function readGatewayRoutes(
  apiId: string,
  askMoto: (path: string) => Promise<FrontResponse>,
): Promise<readonly GatewayRoute[] | undefined> {
  const read = async <T>(path: string): Promise<T | undefined> => {
    const answer = await askMoto(`/v2/apis/${apiId}${path}`);
    return answer.status === 200 ? (JSON.parse(String(answer.body)) as T) : undefined;
  };
  const stages = await read<Page<{ stageName: string }>>('/stages');
  if (stages === undefined || !stages.items.some((stage) => stage.stageName === '$default')) return undefined;
  const integrations =
    await read<Page<{ integrationId: string; integrationUri: string; payloadFormatVersion: string }>>(
      '/integrations',
    );
  const routes = await read<Page<{ routeKey: string; target: string; authorizationType: string }>>('/routes');
  return (routes?.items ?? []).map(({ routeKey, target, authorizationType }) => {
    const integration = integrations?.items.find((one) => target === `integrations/${one.integrationId}`);
    // arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations
    const functionArn = /functions\/(arn:[^/]+)\/invocations$/.exec(integration?.integrationUri ?? '')?.[1];
    if (integration === undefined || functionArn === undefined) throw new Error(`${routeKey} leads nowhere`);
    return {
      routeKey,
      authorizationType,
      functionArn,
      payloadFormatVersion: integration.payloadFormatVersion,
    };
  });
}

export interface RouteMatch {
  readonly route: GatewayRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The most specific route, as API Gateway chooses: whole paths before parameters, `$default` last. */
export function matchRoute(
  routes: readonly GatewayRoute[],
  method: string,
  path: string,
): RouteMatch | undefined {
  const matches = routes.flatMap((route) => {
    const [wantedMethod = '', wantedPath] = route.routeKey.split(' ');
    if (wantedPath === undefined) return [];
    if (wantedMethod !== method && wantedMethod !== 'ANY') return [];
    const names: string[] = [];
    const pattern = wantedPath.replaceAll(/\{(\w+)(\+?)\}/g, (_all, name: string, greedy: string) => {
      names.push(name);
      return greedy === '+' ? '(.+)' : '([^/]+)';
    });
    const found = new RegExp(`^${pattern}$`).exec(path);
    if (found === null) return [];
    const pathParameters = Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]),
    );
    return [{ route, pathParameters, weight: names.length }];
  });
  const [best] = matches.sort((a, b) => a.weight - b.weight);
  if (best !== undefined) return best;
  const fallback = routes.find((route) => route.routeKey === '$default');
  return fallback === undefined ? undefined : { route: fallback, pathParameters: {} };
}
