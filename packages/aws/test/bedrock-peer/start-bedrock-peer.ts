import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ConverseRequest, converseRequestSchema } from './converse-request.ts';
import { answerBody, answerFrames, type PeerAnswer } from './peer-answer.ts';

export interface PeerRequest {
  readonly operation: 'converse' | 'converse-stream';
  readonly modelId: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: ConverseRequest;
}

export interface BedrockPeer {
  readonly baseURL: string;
  /** Requests that were well-formed and signed, in order. */
  readonly requests: readonly PeerRequest[];
  /** Why requests were refused. */
  readonly refusals: readonly string[];
  /** The answers of the next requests, in order. */
  answerWith(...answers: readonly PeerAnswer[]): void;
  close(): Promise<void>;
}

export interface BedrockPeerOptions {
  /** Answers whatever no answer was laid out for. */
  readonly answer?: (request: PeerRequest) => Promise<PeerAnswer>;
}

/** Speaks Bedrock's Converse (JSON) and ConverseStream (binary event stream) on loopback, and is strict about requests. */
export async function startBedrockPeer(options: BedrockPeerOptions = {}): Promise<BedrockPeer> {
  const requests: PeerRequest[] = [];
  const refusals: string[] = [];
  const answers: PeerAnswer[] = [];

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const refuse = (status: number, type: string, message: string): void => {
      refusals.push(message);
      sendError(response, status, type, message);
    };
    const match = /^\/model\/([^/]+)\/(converse|converse-stream)$/.exec(incoming.url ?? '');
    if (incoming.method !== 'POST' || match === null) {
      refuse(404, 'UnknownOperationException', 'unknown operation');
      return;
    }
    const problem = authorizationProblem(incoming.headers);
    if (problem !== undefined) {
      refuse(403, 'AccessDeniedException', problem);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const parsed = converseRequestSchema.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    if (!parsed.success) {
      refuse(400, 'ValidationException', parsed.error.issues.map((issue) => issue.message).join('; '));
      return;
    }
    const operation = match[2] === 'converse' ? 'converse' : 'converse-stream';
    if (operation === 'converse' && parsed.data.guardrailConfig?.streamProcessingMode !== undefined) {
      refuse(400, 'ValidationException', 'streamProcessingMode belongs to ConverseStream');
      return;
    }
    const request: PeerRequest = {
      operation,
      modelId: decodeURIComponent(match[1] ?? ''),
      headers: incoming.headers,
      body: parsed.data,
    };
    requests.push(request);
    const answer = answers.shift() ?? (await options.answer?.(request));
    if (answer === undefined) refuse(500, 'InternalServerException', 'the peer has no answer left');
    else if (answer.kind === 'error') sendError(response, answer.status, answer.type, answer.message);
    else if (operation === 'converse-stream') await sendFrames(response, answer);
    else if (answer.kind === 'message') sendJson(response, 200, answerBody(answer));
    else incoming.socket.destroy();
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    refusals,
    answerWith(...more) {
      answers.push(...more);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function authorizationProblem(headers: IncomingMessage['headers']): string | undefined {
  const authorization = headers.authorization ?? '';
  if (/^Bearer \S+$/.test(authorization)) return undefined;
  const signed =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[a-z0-9-]+\/bedrock\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=[0-9a-f]{64}$/.exec(
      authorization,
    );
  if (signed === null) return 'the request is not signed with Signature Version 4 for bedrock';
  const signedHeaders = signed[1]?.split(';') ?? [];
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-date'))
    return 'host and x-amz-date must be signed';
  if (!/^\d{8}T\d{6}Z$/.test(String(headers['x-amz-date']))) return 'x-amz-date is missing';
  if (headers['x-amz-security-token'] !== undefined && !signedHeaders.includes('x-amz-security-token'))
    return 'the session token must be signed';
  return undefined;
}

async function sendFrames(
  response: ServerResponse,
  answer: Exclude<PeerAnswer, { kind: 'error' }>,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  const bytes = Buffer.concat(answerFrames(answer));
  const end = answer.kind === 'cut' ? bytes.byteLength - 11 : bytes.byteLength;
  // Writes that end anywhere but at a frame's end.
  for (let start = 0; start < end; start += 97) {
    response.write(bytes.subarray(start, Math.min(start + 97, end)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (answer.kind === 'cut') response.destroy();
  else response.end();
}

function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  response.setHeader('x-amzn-errortype', type);
  sendJson(response, status, { message });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
