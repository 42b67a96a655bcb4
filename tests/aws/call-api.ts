import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request as sendRequest } from 'node:http';
import type { World } from './open-world.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request without any credentials, as any client on the internet could send it. */
export async function callApi(
  world: World,
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  } = {},
): Promise<ApiAnswer> {
  const { host, pathname, search } = new URL(url);
  const outgoing = sendRequest({
    host: '127.0.0.1',
    port: world.aws.port,
    method: options.method ?? 'GET',
    path: `${pathname}${search}`,
    headers: { ...options.headers, host },
    agent: false,
  });
  outgoing.end(options.body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { statusCode = 0, headers } = incoming;
  return { status: statusCode, headers, body: Buffer.concat(chunks).toString('utf8') };
}
