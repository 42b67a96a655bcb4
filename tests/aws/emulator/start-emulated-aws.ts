import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificate } from './create-certificate.ts';
import { type FrontRequest, type FrontResponse, json, type Shim } from './front-request.ts';
import { createDeployedFunctions, parseFunctionName } from './lambda/deployed-functions.ts';
import { createFunctionHost, type FunctionHost } from './lambda/function-host.ts';
import { answerStepFunctions } from './shims/answer-step-functions.ts';
import { type CallService, deliverEvents } from './shims/deliver-events.ts';
import { invokeFunctions } from './shims/invoke-functions.ts';
import { keepBucketSettings } from './shims/keep-bucket-settings.ts';
import { keepDeadLetterConfigs } from './shims/keep-dead-letter-configs.ts';
import { keepQueueAttributes } from './shims/keep-queue-attributes.ts';
import { keepRuleDescriptions } from './shims/keep-rule-descriptions.ts';
import { pollQueues } from './shims/poll-queues.ts';
import { serveHttpApis } from './shims/serve-http-apis.ts';
import { forwardTo, startFront } from './start-front.ts';
import { startMoto } from './start-moto.ts';
import type { SigningCaller } from './verify-signature.ts';

export interface EmulatedAws {
  readonly region: string;
  readonly accountId: string;
  readonly port: number;
  readonly motoPort: number;
  /** For every process that shall live in the emulated world and nowhere else. */
  readonly env: Readonly<Record<string, string>>;
  readonly functions: FunctionHost;
  /** Events that were put on any bus, oldest first. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** What nothing in this world answers for. */
  readonly strayRequests: readonly string[];
  /** From now on the key's signatures are known at the HTTP APIs. */
  addCaller(caller: SigningCaller): void;
  /** The time of every scheduled rule has come. */
  runSchedules(): Promise<void>;
  /** Resolves when no asynchronous invocation or delivery is under way. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface EmulatedAwsOptions {
  readonly folder: string;
  /** Hosts outside of AWS, or of AWS but served by a peer of our own, with their ports on loopback. */
  readonly peers?: Readonly<Record<string, number>>;
}

const region = 'us-east-1';
/** moto's. */
const accountId = '123456789012';
const hosts = [
  'amazonaws.com',
  '*.amazonaws.com',
  `*.${region}.amazonaws.com`,
  '*.s3.amazonaws.com',
  `*.s3.${region}.amazonaws.com`,
  `*.execute-api.${region}.amazonaws.com`,
  'slack.com',
  '*.slack.com',
];

export async function startEmulatedAws(options: EmulatedAwsOptions): Promise<EmulatedAws> {
  const { folder, peers = {} } = options;
  await mkdir(folder, { recursive: true });
  const certificate = await createCertificate(folder, [...hosts, ...Object.keys(peers)]);
  const strayRequests: string[] = [];
  const callers: SigningCaller[] = [];
  const pending = new Set<Promise<unknown>>();
  const background = (work: Promise<unknown>): void => {
    const done = work
      .catch((error: unknown) => void process.stderr.write(`emulated AWS: ${String(error)}\n`))
      .finally(() => pending.delete(done));
    pending.add(done);
  };
  let motoPort = 0;
  const askMoto = (request: FrontRequest) => forwardTo(motoPort, request);
  const askRest = (service: string) => (path: string) =>
    handle({ ...toService(service), method: 'GET', path, body: Buffer.alloc(0) });
  const call: CallService = (service, target, body) =>
    handle({
      ...toService(service),
      headers: {
        ...toService(service).headers,
        'x-amz-target': target,
        'content-type': 'application/x-amz-json-1.0',
      },
      method: 'POST',
      path: '/',
      body: Buffer.from(JSON.stringify(body)),
    });

  const functions = createDeployedFunctions({ folder: join(folder, 'packages'), askMoto: askRest('lambda') });
  let world: Record<string, string> = {};
  const host = createFunctionHost({ folder, region, world: () => world });
  const events = deliverEvents({
    region,
    accountId,
    call,
    background,
    invoke: async (arn, event) => {
      const { name, qualifier } = parseFunctionName(arn);
      const target = await functions.find(name, qualifier);
      if (target !== undefined) await host.invoke(target, event);
    },
  });
  const queues = pollQueues({ region, accountId, functions, host, call });
  const shims: readonly Shim[] = [
    answerStepFunctions({ askMoto }),
    keepBucketSettings(),
    keepQueueAttributes({ askMoto }),
    keepRuleDescriptions({ askMoto }),
    queues,
    invokeFunctions({
      functions,
      host,
      background,
      sendDeadLetter: async (arn, MessageBody, attributes) => {
        const [, , , , account, name] = arn.split(':');
        const MessageAttributes = Object.fromEntries(
          Object.entries(attributes).map(([key, StringValue]) => [key, { DataType: 'String', StringValue }]),
        );
        const QueueUrl = `http://sqs.${region}.amazonaws.com/${account}/${name}`;
        await call('sqs', 'AmazonSQS.SendMessage', { QueueUrl, MessageBody, MessageAttributes });
      },
    }),
    // Behind the one that sees the packages go by.
    keepDeadLetterConfigs({ askMoto }),
    serveHttpApis({
      region,
      accountId,
      functions,
      host,
      askMoto: askRest('apigateway'),
      callers: () => callers,
    }),
    events,
  ];
  async function handle(request: FrontRequest): Promise<FrontResponse> {
    const peer =
      peers[request.host] ?? (/^\/model\/[^/]+\/converse/.test(request.path) ? peers.bedrock : undefined);
    if (peer !== undefined) return forwardTo(peer, request);
    for (const shim of shims) {
      const answer = await shim(request);
      if (answer !== undefined) return answer;
    }
    if (/(^|\.)amazonaws\.com$|^localhost$|^127\.0\.0\.1$/.test(request.host)) return askMoto(request);
    strayRequests.push(`${request.method} ${request.host}${request.path}`);
    return json(502, { message: `the emulated world has no ${request.host}` });
  }

  const front = await startFront({ certificate, handle });
  const moto = await startMoto({ folder, frontPort: front.port }).catch(async (error: unknown) => {
    await front.close();
    throw error;
  });
  motoPort = moto.port;
  const proxy = `http://127.0.0.1:${front.port}`;
  const env = {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    AWS_CA_BUNDLE: certificate.path,
    SSL_CERT_FILE: certificate.path,
    NODE_EXTRA_CA_CERTS: certificate.path,
    AWS_EC2_METADATA_DISABLED: 'true',
    // Else DynamoDB is called at a host per account.
    AWS_ACCOUNT_ID_ENDPOINT_MODE: 'disabled',
  };
  // The SDK's own agents know no proxy, so that the functions are told AWS's address; fetch and the rest go by the proxy.
  world = { ...env, AWS_ENDPOINT_URL: proxy, NODE_USE_ENV_PROXY: '1' };
  const settle = async () => {
    while (pending.size > 0) await Promise.all(pending);
  };
  return {
    region,
    accountId,
    port: front.port,
    motoPort,
    env,
    functions: host,
    events: events.events,
    runSchedules: events.runSchedules,
    strayRequests,
    addCaller: (caller) => void callers.push(caller),
    settle,
    async close() {
      await queues.close();
      await host.close();
      await front.close();
      await moto.close();
    },
  };
}

/** What moto tells services and regions apart by. */
function toService(service: string): Pick<FrontRequest, 'host' | 'headers'> {
  const host = `${service}.${region}.amazonaws.com`;
  const scope = `emulated/20260101/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  return { host, headers: { host, authorization } };
}
