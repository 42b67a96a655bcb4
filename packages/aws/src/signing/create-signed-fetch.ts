import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { UnauthenticatedError } from '@hitl/core';
import { SignatureV4 } from '@smithy/signature-v4';
import type { CredentialProvider } from '../bedrock/cache-credentials.ts';
import { NodeSha256 } from './node-sha256.ts';

export interface SignedFetchOptions {
  readonly region: string;
  /** The service's signing name, e.g. `execute-api`. */
  readonly service: string;
  /** Default: the SDK's own chain (environment, profile, SSO, container, instance). */
  readonly credentials?: CredentialProvider;
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * A `fetch` that signs each request with Signature Version 4.
 * @throws UnauthenticatedError when there are no credentials to sign with
 */
export function createSignedFetch(options: SignedFetchOptions): (request: Request) => Promise<Response> {
  const { region, service, fetch: send = fetch } = options;
  const credentials = options.credentials ?? defaultProvider();
  const signer = new SignatureV4({
    region,
    service,
    sha256: NodeSha256,
    credentials: async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = await Promise.resolve(credentials()).catch(
        (cause: unknown) => {
          throw new UnauthenticatedError(
            'there are no AWS credentials to sign with: sign in, or set AWS_PROFILE',
            {
              cause,
            },
          );
        },
      );
      return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    },
  });
  return async (request) => {
    const url = new URL(request.url);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const signed = await signer.sign({
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      // The signature covers the host, which fetch sets by itself.
      headers: { ...Object.fromEntries(request.headers), host: url.host },
      ...(body === undefined ? {} : { body }),
    });
    const { host: _, ...headers } = signed.headers;
    return send(
      new Request(url, {
        method: request.method,
        headers,
        signal: request.signal,
        // A signature is for one host: a redirect is not followed with it.
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
      }),
    );
  };
}

function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return query;
}
