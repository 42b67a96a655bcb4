import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureOf, slackJobSchema } from '@hitl/slack';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createTables } from '../../../packages/aws/src/dynamodb/create-tables.ts';
import {
  freshTableNames,
  type RunningDynalite,
  startDynalite,
} from '../../../packages/aws/test/start-dynalite.ts';
import { startJsonService } from '../../../packages/aws/test/start-json-service.ts';

const signingSecret = 'lambda-test-secret';
const secrets = new Map<string, string>();
const sent: Record<string, unknown>[] = [];
let isQueueDown = false;
const written: string[] = [];
/** How many invocations counted as our errors so far. */
const errorsCounted = () => written.filter((line) => line.includes('"errors":1')).length;

let dynalite: RunningDynalite;
let service: Awaited<ReturnType<typeof startJsonService>>;
const closers: (() => Promise<void>)[] = [];

/** One address for all services, as an emulator of AWS has. */
async function startRouter(): Promise<string> {
  async function route(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const target = String(incoming.headers['x-amz-target']);
    const {
      host: _host,
      connection: _connection,
      'content-length': _length,
      'transfer-encoding': _encoding,
      ...headers
    } = incoming.headers;
    const response = await fetch(target.startsWith('DynamoDB') ? dynalite.endpoint : service.endpoint, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: Buffer.concat(chunks),
    });
    answer.writeHead(response.status, { 'content-type': 'application/x-amz-json-1.0' });
    answer.end(Buffer.from(await response.arrayBuffer()));
  }
  const server = createServer((incoming, answer) => {
    route(incoming, answer).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  dynalite = await startDynalite();
  service = await startJsonService({
    GetSecretValue({ SecretId }) {
      const SecretString = secrets.get(String(SecretId));
      if (SecretString === undefined) throw new Error('no secret');
      return { SecretString };
    },
    SendMessage(input) {
      if (isQueueDown) throw new Error('down');
      sent.push(input);
      return { MessageId: '1' };
    },
  });
  const sdk = dynalite.connect();
  const tableNames = freshTableNames();
  await createTables(sdk, tableNames);
  sdk.destroy();
  const endpoint = await startRouter();
  const environment = {
    ENVIRONMENT: 'dev',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: endpoint,
    COORDINATION_TABLE: tableNames.coordination,
    SLACK_QUEUE_URL: `${endpoint}/123456789012/dev-hitl-slack.fifo`,
    SLACK_SECRETS_NAME: 'agentcore-dev/slack',
    LOG_LEVEL: 'error',
  };
  for (const stream of [process.stdout, process.stderr]) {
    const spy = jest.spyOn(stream, 'write').mockImplementation((line) => {
      written.push(String(line));
      return true;
    });
    closers.push(async () => spy.mockRestore());
  }
  const before = { ...process.env };
  Object.assign(process.env, environment);
  closers.push(async () => {
    process.env = before;
  });
});

afterAll(async () => {
  for (const close of closers) await close();
  await service.close();
  await dynalite.close();
});

/** As API Gateway hands over what Slack posts: the body in base64. */
function httpEvent(path: string, body: string, secret = signingSecret) {
  const at = String(Math.floor(Date.now() / 1000));
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: {
      'x-slack-request-timestamp': at,
      'x-slack-signature': signatureOf(secret, at, Buffer.from(body)),
    },
    requestContext: { domainName: 'api.example.com', http: { method: 'POST', path } },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}

const mention = (eventId: string, ts: string) =>
  JSON.stringify({
    type: 'event_callback',
    event_id: eventId,
    event_time: 1_770_000_000,
    team_id: 'T1',
    authorizations: [{ team_id: 'T1', user_id: 'UBOT', is_bot: true }],
    event: { type: 'app_mention', user: 'U1', channel: 'C1', ts, text: '<@UBOT> žluťoučký' },
  });

describe('the function', () => {
  it('takes nothing without a signing secret, and begins as soon as there is one', async () => {
    const { handler } = await import('./lambda.ts');
    const challenge = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
    for (const value of ['{}', '{"signing_secret":""}', 'not json', '{"signing_secret":42}']) {
      secrets.set('agentcore-dev/slack', value);
      expect(await handler(httpEvent('/events', challenge, ''))).toMatchObject({ statusCode: 503 });
    }
    expect(errorsCounted()).toBe(4);
    secrets.set('agentcore-dev/slack', JSON.stringify({ signing_secret: signingSecret, bot_token: '' }));
    const answer = await handler(httpEvent('/events', challenge));
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(JSON.parse(answer.body)).toEqual({ challenge: 'abc' });
    expect(await handler(httpEvent('/events', challenge, 'forged'))).toMatchObject({
      statusCode: 401,
      headers: { 'x-slack-no-retry': '1' },
    });
  });

  it('answers an event when the queue has it, once however often it comes', async () => {
    const { handler } = await import('./lambda.ts');
    isQueueDown = true;
    const event = mention('Ev1', '1770000000.000001');
    expect(await handler(httpEvent('/events', event))).toMatchObject({ statusCode: 503 });
    isQueueDown = false;
    expect(errorsCounted()).toBe(5);
    for (let i = 0; i < 3; i += 1)
      expect(await handler(httpEvent('/events', event))).toMatchObject({ statusCode: 200 });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ MessageGroupId: 'C1:1770000000.000001' });
    expect(slackJobSchema.parse(JSON.parse(String(sent[0]?.MessageBody)))).toMatchObject({
      kind: 'message',
      text: 'žluťoučký',
    });
    expect(errorsCounted()).toBe(5);
    expect(written.join('')).not.toContain(signingSecret);
  });

  it('installs nothing where the app has no client id', async () => {
    const { handler } = await import('./lambda.ts');
    const event = {
      rawPath: '/slack/install',
      requestContext: { domainName: 'api.example.com', http: { method: 'GET' } },
    };
    expect(await handler(event)).toMatchObject({ statusCode: 404 });
    expect(await handler({ nonsense: true })).toMatchObject({ statusCode: 503 });
  });

  it('sends a browser to Slack with a cookie of its own, as the gateway wants it, and knows it again', async () => {
    const { handler } = await import('./lambda.ts');
    const event = (rawPath: string, rawQueryString: string, cookies: readonly string[] = []) => ({
      rawPath,
      rawQueryString,
      cookies,
      requestContext: { domainName: 'api.example.com', http: { method: 'GET' } },
    });
    expect(await handler(event('/slack/login', 'approval=apr_1'))).toMatchObject({
      statusCode: 404,
      body: expect.stringContaining('no client id'),
    });
    secrets.set(
      'agentcore-dev/slack',
      JSON.stringify({ signing_secret: signingSecret, client_id: '1.2', client_secret: 'of-the-app' }),
    );
    // What was read of the secret is kept for a minute.
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    const started = await handler(event('/slack/login', 'approval=apr_1'));
    jest.mocked(Date.now).mockRestore();
    expect(started.statusCode).toBe(302);
    const target = new URL(started.headers.location ?? '');
    expect(target.origin + target.pathname).toBe('https://slack.com/openid/connect/authorize');
    expect(target.searchParams.get('redirect_uri')).toBe('https://api.example.com/slack/login/callback');
    const state = target.searchParams.get('state') ?? '';
    const [cookie = ''] = started.cookies ?? [];
    expect(cookie).toContain(`__Host-slack-login-state=${state}; Max-Age=600; Path=/; Secure; HttpOnly`);
    const back = await handler(
      event('/slack/login/callback', `error=access_denied&state=${state}`, [cookie.split(';')[0] ?? '']),
    );
    expect(back).toMatchObject({
      statusCode: 400,
      body: expect.stringContaining('did not confirm who you are'),
    });
    expect(written.join('')).not.toContain(state);
  });
});
