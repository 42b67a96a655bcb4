import { Apigatewayv2Api } from '@cdktf/provider-aws/lib/apigatewayv2-api/index.js';
import { Apigatewayv2Authorizer } from '@cdktf/provider-aws/lib/apigatewayv2-authorizer/index.js';
import { Apigatewayv2Integration } from '@cdktf/provider-aws/lib/apigatewayv2-integration/index.js';
import { Apigatewayv2Route } from '@cdktf/provider-aws/lib/apigatewayv2-route/index.js';
import { Apigatewayv2Stage } from '@cdktf/provider-aws/lib/apigatewayv2-stage/index.js';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import { Construct } from 'constructs';
import type { Place } from './place.ts';
import type { ServiceFunction } from './service-function.ts';

export interface HttpRoute {
  /** As API Gateway writes it: `GET /approvals/{approval_id}`. */
  readonly key: string;
  readonly target: ServiceFunction;
  /** True: API Gateway lets everybody in, and the function checks a signature or a token itself. */
  readonly isOpen: boolean;
}

export interface HttpApiProps {
  readonly place: Place;
  /** With the environment in front it is the API's name. */
  readonly name: string;
  readonly description: string;
  readonly routes: readonly HttpRoute[];
  /** Who may call the routes that are not open. */
  readonly authorization: 'iam' | { readonly issuer: string; readonly audience: readonly string[] };
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number };
  readonly logRetentionDays: number;
  /** Count each route by itself. */
  readonly detailedMetrics: boolean;
}

/** What is kept of each call: never a header, a query or a body, which may hold a token. */
const accessLog = {
  request_id: '$context.requestId',
  time: '$context.requestTime',
  source_ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  latency_ms: '$context.responseLatency',
  integration_error: '$context.integrationErrorMessage',
  authorizer_error: '$context.authorizer.error',
  caller: '$context.identity.userArn',
  subject: '$context.authorizer.claims.sub',
};

/** An HTTP API whose every route is listed: what is not listed does not exist. */
export class HttpApi extends Construct {
  readonly id: string;
  readonly url: string;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { place, authorization, throttle } = props;
    const name = `${place.prefix}-${props.name}`;
    const api = new Apigatewayv2Api(this, 'api', {
      name,
      description: props.description,
      protocolType: 'HTTP',
    });
    const authorizer =
      authorization === 'iam'
        ? undefined
        : new Apigatewayv2Authorizer(this, 'authorizer', {
            apiId: api.id,
            name: 'jwt',
            authorizerType: 'JWT',
            identitySources: ['$request.header.Authorization'],
            jwtConfiguration: { issuer: authorization.issuer, audience: [...authorization.audience] },
          });

    const integrations = new Map<ServiceFunction, string>();
    for (const { target } of props.routes) {
      if (integrations.has(target)) continue;
      const integration = new Apigatewayv2Integration(this, `integration-${target.node.id}`, {
        apiId: api.id,
        integrationType: 'AWS_PROXY',
        integrationUri: target.aliasInvokeArn,
        integrationMethod: 'POST',
        payloadFormatVersion: '2.0',
      });
      integrations.set(target, `integrations/${integration.id}`);
      target.permitInvoke(props.name, 'apigateway.amazonaws.com', `${api.executionArn}/*/*`);
    }
    for (const { key, target, isOpen } of props.routes) {
      new Apigatewayv2Route(this, `route-${key.replaceAll(/[^\w]+/g, '-')}`, {
        apiId: api.id,
        routeKey: key,
        target: integrations.get(target) ?? '',
        ...(isOpen
          ? { authorizationType: 'NONE' }
          : authorizer === undefined
            ? { authorizationType: 'AWS_IAM' }
            : { authorizationType: 'JWT', authorizerId: authorizer.id }),
      });
    }

    const logs = new CloudwatchLogGroup(this, 'logs', {
      name: `/aws/apigateway/${name}`,
      retentionInDays: props.logRetentionDays,
    });
    new Apigatewayv2Stage(this, 'stage', {
      apiId: api.id,
      name: '$default',
      autoDeploy: true,
      accessLogSettings: { destinationArn: logs.arn, format: JSON.stringify(accessLog) },
      defaultRouteSettings: {
        throttlingRateLimit: throttle.ratePerSecond,
        throttlingBurstLimit: throttle.burst,
        // Each route that is used is then a metric that costs.
        detailedMetricsEnabled: props.detailedMetrics,
      },
    });
    this.id = api.id;
    this.url = api.apiEndpoint;
  }
}
