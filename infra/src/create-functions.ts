import type { Construct } from 'constructs';
import type { Network } from './constructs/network.ts';
import type { Place } from './constructs/place.ts';
import { ServiceFunction } from './constructs/service-function.ts';
import type { Environment } from './environment-schema.ts';
import {
  type FunctionDefinition,
  type FunctionKey,
  functionCatalog,
  functionKeys,
} from './function-catalog.ts';
import type { CodeSource } from './package-functions.ts';

export interface CreateFunctionsOptions {
  readonly place: Place;
  readonly config: Environment;
  readonly codeOf: CodeSource;
  readonly network: Network;
  /** Of every function; names and ARNs only, never a secret. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How long a call of the function may take, in seconds. */
export function timeoutOf(key: FunctionKey, config: Environment): number {
  const { timeoutSeconds, maxTimeoutSeconds = 900 }: FunctionDefinition = functionCatalog[key];
  return timeoutSeconds ?? Math.min(config.lambda_timeout, maxTimeoutSeconds);
}

/** Every function of the catalog, without its grants. */
export function createFunctions(
  scope: Construct,
  options: CreateFunctionsOptions,
): Readonly<Record<FunctionKey, ServiceFunction>> {
  const { place, config, codeOf, network, environment } = options;
  const create = (key: FunctionKey): ServiceFunction => {
    const definition: FunctionDefinition = functionCatalog[key];
    const { name, description, calledAsynchronously } = definition;
    return new ServiceFunction(scope, key, {
      place,
      name,
      description,
      code: codeOf(key),
      memoryMb: config.lambda_memory_size,
      timeoutSeconds: timeoutOf(key, config),
      logRetentionDays: config.log_retention_days,
      environment,
      keepsDeadLetters: calledAsynchronously,
      aliasIsShifted: config.deployment === 'canary',
      ...(config.attach_functions_to_vpc
        ? { vpc: { subnetIds: network.privateSubnetIds, securityGroupId: network.lambdaSecurityGroupId } }
        : {}),
    });
  };
  return Object.fromEntries(functionKeys.map((key) => [key, create(key)])) as Record<
    FunctionKey,
    ServiceFunction
  >;
}
