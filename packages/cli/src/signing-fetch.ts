import { InvalidInputError } from '@hitl/core';

const gatewayHost = /^[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/**
 * How requests to a deployed API are signed with AWS credentials: for the host of an API gateway by itself, for a name of your own
 * with `HITL_API_AUTH=iam` and `AWS_REGION`. Undefined where nothing says so.
 */
export async function signingFetchOf(
  baseUrl: string,
  env: NodeJS.ProcessEnv,
): Promise<((request: Request) => Promise<Response>) | undefined> {
  const auth = env.HITL_API_AUTH || undefined;
  if (auth !== undefined && auth !== 'iam')
    throw new InvalidInputError('HITL_API_AUTH: must be iam, or not be set');
  const region =
    gatewayHost.exec(new URL(baseUrl).hostname)?.[1] ?? (auth === 'iam' ? regionOf(env) : undefined);
  if (region === undefined) return undefined;
  const { createSignedFetch } = await import('@hitl/aws');
  return createSignedFetch({ region, service: 'execute-api' });
}

function regionOf(env: NodeJS.ProcessEnv): string {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (region === undefined || region === '')
    throw new InvalidInputError('AWS_REGION: is required with HITL_API_AUTH=iam');
  return region;
}
