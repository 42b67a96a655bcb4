import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PeerMessage {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receipt: string;
}

type Json = Record<string, unknown>;

/**
 * SQS, Lambda's asynchronous calls and Step Functions' starts at one address, by their own protocols, with SQS's visibility: who
 * takes a message hides it from everybody else until it is deleted or its time is over.
 */
export async function startDeadLetterPeer() {
  const queues = new Map<string, { messages: PeerMessage[]; sources: string[] }>();
  const invoked: { readonly functionName: string; readonly event: unknown }[] = [];
  const executions = new Map<string, string>();
  const moves: string[] = [];
  const faults = { lambda: [] as (number | undefined)[], deletes: 0 };
  /** Moves the peer's clock, so that what was hidden shows again. */
  let skewMs = 0;
  let url = '';
  const now = () => Date.now() + skewMs;
  const queueOf = (input: Json) => {
    const queue = queues.get(String(input.QueueUrl).split('/').at(-1) ?? '');
    if (queue === undefined) throw fault('com.amazonaws.sqs#QueueDoesNotExist');
    return queue;
  };

  const sqs: Record<string, (input: Json) => object> = {
    ListQueues: ({ QueueNamePrefix }) => ({
      QueueUrls: [...queues.keys()]
        .filter((name) => name.startsWith(String(QueueNamePrefix)))
        .map((name) => `${url}/123456789012/${name}`),
    }),
    GetQueueAttributes(input) {
      const { messages } = queueOf(input);
      const visible = messages.filter(({ visibleAtMs }) => visibleAtMs <= now()).length;
      const name = String(input.QueueUrl).split('/').at(-1);
      return {
        Attributes: {
          QueueArn: `arn:aws:sqs:eu-central-1:123456789012:${name}`,
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(messages.length - visible),
        },
      };
    },
    ListDeadLetterSourceQueues: (input) => ({
      queueUrls: queueOf(input).sources.map((name) => `${url}/123456789012/${name}`),
    }),
    ReceiveMessage(input) {
      const taken = queueOf(input)
        .messages.filter(({ visibleAtMs }) => visibleAtMs <= now())
        .slice(0, Number(input.MaxNumberOfMessages ?? 1));
      for (const message of taken) {
        message.visibleAtMs = now() + Number(input.VisibilityTimeout ?? 30) * 1000;
        message.receipt = randomUUID();
      }
      return {
        Messages: taken.map(({ id, body, receipt, sentAtMs }) => ({
          MessageId: id,
          ReceiptHandle: receipt,
          Body: body,
          MD5OfBody: createHash('md5').update(body).digest('hex'),
          Attributes: { SentTimestamp: String(sentAtMs) },
        })),
      };
    },
    DeleteMessage(input) {
      if (faults.deletes > 0) {
        faults.deletes -= 1;
        throw fault('com.amazonaws.sqs#InternalFailure');
      }
      const queue = queueOf(input);
      queue.messages = queue.messages.filter(({ receipt }) => receipt !== input.ReceiptHandle);
      return {};
    },
    StartMessageMoveTask({ SourceArn }) {
      moves.push(String(SourceArn));
      return { TaskHandle: 'task' };
    },
  };

  function startExecution({ name, input }: Json): object {
    if (executions.has(String(name))) throw fault('ExecutionAlreadyExists');
    executions.set(String(name), String(input));
    return { executionArn: `arn:aws:states:eu-central-1:123456789012:execution:x:${name}`, startDate: 0 };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const functionName = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '')?.[1];
    if (functionName !== undefined) {
      const status = faults.lambda.shift() ?? 202;
      if (status === 202)
        invoked.push({ functionName: decodeURIComponent(functionName), event: JSON.parse(text) });
      const type = status === 429 ? 'TooManyRequestsException' : 'ResourceNotFoundException';
      response.writeHead(status, status === 202 ? {} : { 'x-amzn-errortype': type });
      response.end(status === 202 ? '' : '{}');
      return;
    }
    const [service, operation = ''] = String(request.headers['x-amz-target']).split('.');
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    };
    try {
      const call = service === 'AWSStepFunctions' ? startExecution : sqs[operation];
      if (call === undefined) throw fault('UnknownOperationException');
      send(200, call(JSON.parse(text) as Json));
    } catch (error) {
      send(400, { __type: (error as Error).name, message: 'words of the service' });
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    invoked,
    executions,
    moves,
    faults,
    queues,
    addQueue(name: string, bodies: readonly unknown[] = [], sources: string[] = []) {
      const messages = bodies.map(
        (body): PeerMessage => ({
          id: randomUUID(),
          body: typeof body === 'string' ? body : JSON.stringify(body),
          sentAtMs: Date.now() - 60_000,
          visibleAtMs: 0,
          receipt: '',
        }),
      );
      queues.set(name, { messages, sources });
    },
    left: (name: string) => queues.get(name)?.messages.length,
    advance(ms: number) {
      skewMs += ms;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function fault(name: string): Error {
  return Object.assign(new Error(name), { name });
}
