export interface ServiceClientOptions {
  readonly region: string;
  /** Where the service's protocol is spoken, when not by AWS. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts?: number;
}

/** What all clients have in common: bounded waiting, where the SDK's own default is to wait for ever. */
export function clientConfiguration(options: ServiceClientOptions) {
  return {
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    maxAttempts: options.maxAttempts ?? 5,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 5000 },
  };
}
