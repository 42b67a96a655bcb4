import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { z } from 'zod';
import { callApi } from './call-api.ts';
import { collectPassword } from './collect-password.ts';
import { type Deployed, readDeployed } from './deployed.ts';
import { createEngineer, type Engineer } from './engineer.ts';
import { openWorld, type World } from './open-world.ts';
import { hire } from './people.ts';
import { describeSlackSteps, slackLink, slackSigningSecret } from './slack-steps.ts';
import { createSteps } from './steps.ts';
import { until } from './until.ts';
import { whatIsLeft } from './what-is-left.ts';

const hourMs = 3_600_000;
const tokensSchema = z.object({ Items: z.array(z.object({ token: z.object({ S: z.string() }) })).min(1) });
/** The reference README's own input. */
const createUser = {
  action_text: 'Create a new user with email test@example.com, first name Test, and last name User',
};

let world: World;
let administrator: Engineer;
let ada: Engineer & { arn: string };
let bob: Engineer & { arn: string };
let dev: Deployed;
const step = createSteps();

beforeAll(async () => {
  world = await openWorld();
  administrator = createEngineer(world, {
    accessKeyId: `AKIA${'ADMINISTRATOR'.padEnd(16, 'X')}`,
    secretAccessKey: 'administrator'.repeat(3).padEnd(40, 'x'),
  });
}, 120_000);
afterAll(() => world?.close(), 60_000);

const usersCreated = () =>
  world.google.requests.filter(
    ({ method, path }) => method === 'POST' && path.startsWith('/admin/directory/v1/users'),
  );

describe('an empty AWS account', () => {
  step(
    'gets its state bucket and lock table, and the state of these moves into the bucket',
    async () => {
      const { status, output } = await administrator.deploy(
        'bootstrap',
        'apply',
        '--yes',
        '--state-in-bucket',
        '--no-build',
      );
      expect([status, output]).toEqual([
        0,
        expect.stringContaining('The state of bootstrap is in hitl-mcp-state-'),
      ]);
      const bucket = `hitl-mcp-state-${world.aws.accountId}-${world.aws.region}`;
      const listed = await administrator.aws('s3api', 'list-objects-v2', '--bucket', bucket);
      expect(listed.Contents).toMatchObject([{ Key: 'bootstrap/terraform.tfstate' }]);
    },
    5,
  );

  step(
    'is told that every environment is sound, by the provider itself',
    async () => {
      for (const environment of ['dev', 'staging', 'prod']) {
        const { status, output } = await administrator.deploy(environment, 'validate');
        expect([environment, status, output]).toEqual([
          environment,
          0,
          expect.stringContaining('The configuration is valid'),
        ]);
      }
    },
    5,
  );

  step(
    'gets the dev environment',
    async () => {
      const { status, output } = await administrator.deploy('dev', 'apply', '--yes');
      expect([status, output]).toEqual([
        0,
        expect.stringMatching(/Apply complete! Resources: \d+ added, 0 changed, 0 destroyed/),
      ]);
    },
    8,
  );

  step(
    'has nothing to change when it is planned again',
    async () => {
      const { status, output } = await administrator.deploy('dev', 'plan', '--', '-detailed-exitcode');
      expect([status, output]).toEqual([0, expect.stringContaining('No changes.')]);
    },
    5,
  );
});

describe('the deployed system', () => {
  step('tells where everything is by its outputs', async () => {
    dev = await readDeployed(administrator, 'dev');
    expect(dev.named('step_functions_arn')).toMatch(/:stateMachine:dev-hitl-workflow$/);
    for (const name of ['approvals', 'runs', 'audit', 'slack_sessions'])
      expect(dev.named(`${name}_table_name`)).toBe(`dev-${name.replace('_', '-')}`);
    expect(dev.named('event_bus_name')).toBe('dev-agentcore');
  });

  step('is healthy before anything is filled in, and lets nobody else in without a signature', async () => {
    const url = dev.named('api_url');
    const health = await callApi(world, `${url}/healthz`);
    expect([health.status, JSON.parse(health.body)]).toEqual([
      200,
      expect.objectContaining({ status: 'ok' }),
    ]);
    for (const path of ['/approvals', '/agent/runs', '/audit/verify']) {
      expect(await callApi(world, `${url}${path}`)).toMatchObject({
        status: 403,
        body: '{"message":"Forbidden"}',
      });
    }
    const forged = `AWS4-HMAC-SHA256 Credential=AKIAFORGED/20260101/${world.aws.region}/execute-api/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    expect((await callApi(world, `${url}/approvals`, { headers: { authorization: forged } })).status).toBe(
      403,
    );
    expect((await callApi(world, `${url}/nothing`)).status).toBe(404);
  });

  step('is given its people and secrets', async () => {
    ada = await hire(world, administrator, 'ada');
    bob = await hire(world, administrator, 'bob');
    const document = {
      version: 1,
      principals: [
        {
          id: 'ada@example.com',
          groups: ['it-operations'],
          links: [`aws:${ada.arn}`, slackLink(world, 'ada')],
        },
        { id: 'bob@example.com', groups: [], links: [`aws:${bob.arn}`, slackLink(world, 'bob')] },
      ],
    };
    const folder = mkdtempSync(join(world.folder, 'secrets-'));
    const put = async (name: string, value: object) => {
      const path = join(folder, 'value.json');
      writeFileSync(path, JSON.stringify(value), { mode: 0o600 });
      await administrator.aws(
        'secretsmanager',
        'put-secret-value',
        '--secret-id',
        `agentcore-dev/${name}`,
        '--secret-string',
        `file://${path}`,
      );
    };
    await put('mcp', { auth_token: ['between', 'our', 'own', 'functions'].join('-') });
    await put('google', {
      service_account: world.google.credentials.serviceAccount,
      admin_subject: world.google.adminSubject,
      base_url: world.google.url,
      token_url: world.google.tokenUrl,
    });
    const { email, apiToken } = world.jira.credentials;
    await put('jira', { base_url: world.jira.url, email, api_token: apiToken });
    const { client_id, client_secret } = world.slack.app;
    await put('slack', { client_id, client_secret, signing_secret: slackSigningSecret });
    rmSync(folder, { recursive: true });
    await administrator.aws(
      ...['dynamodb', 'put-item', '--table-name', dev.named('directory_table_name'), '--item'],
      JSON.stringify({
        pk: { S: 'directory' },
        version: { N: '1' },
        document: { S: JSON.stringify(document) },
      }),
    );
  });

  let execution: string;
  let approvalId: string;
  step('waits for people when an execution is started, and has done nothing yet', async () => {
    execution = await dev.startExecution(createUser);
    const pending = await dev.pendingApproval(ada, createUser.action_text);
    approvalId = pending.approval_id;
    const described = await administrator.aws(
      'stepfunctions',
      'describe-execution',
      '--execution-arn',
      execution,
    );
    expect(described.status).toBe('RUNNING');
    expect(usersCreated()).toEqual([]);
  });

  step('refuses the vote of somebody who may not decide', async () => {
    const { status, output } = await bob.hitl(
      ...dev.api,
      'approvals',
      'approve',
      approvalId,
      '--user-id',
      'bob@example.com',
    );
    expect([status, output]).toEqual([3, expect.stringContaining('bob@example.com')]);
    expect(usersCreated()).toEqual([]);
  });

  step(
    'creates the user exactly once after an authorised vote over the HTTP API, and the execution succeeds with the run',
    async () => {
      const { status, output } = await ada.hitl(
        ...dev.api,
        'approvals',
        'approve',
        approvalId,
        '--user-id',
        'ada@example.com',
      );
      expect([status, output]).toEqual([0, expect.stringContaining(approvalId)]);
      const finished = await dev.finished(execution);
      expect(finished).toMatchObject({ status: 'SUCCEEDED' });
      expect(dev.outputOf(finished)).toMatchObject({
        status: 'completed',
        query: createUser.action_text,
        tool_calls: [
          {
            server: 'google',
            tool: 'create_user',
            status: 'succeeded',
            approval_id: approvalId,
            arguments: { primary_email: 'test@example.com', first_name: 'Test', last_name: 'User' },
            decision: { effect: 'approval', rule_ids: ['writes-need-one-vote-in-development'] },
          },
        ],
      });
      expect(usersCreated()).toMatchObject([{ body: { primaryEmail: 'test@example.com' } }]);
      expect(await dev.statesEntered(execution)).toEqual(['Advance', 'Route', 'Advance', 'Route', 'Done']);
    },
  );

  step('hands over the initial password by reference, and takes it back when it was collected', async () => {
    const password = await collectPassword(administrator, 'test@example.com');
    expect(password.length).toBeGreaterThan(16);
    expect(JSON.stringify(await dev.finished(execution))).not.toContain(password);
    expect(await world.aws.functions.readLog()).not.toContain(password);
  });

  step('tells what happened on the bus', async () => {
    await until('RunFinished on the bus', async () =>
      world.aws.events.find((event) => event['detail-type'] === 'RunFinished'),
    );
    expect(world.aws.events.map((event) => event['detail-type'])).toEqual(
      expect.arrayContaining(['ApprovalRequested', 'ApprovalDecided', 'RunFinished']),
    );
  });

  step('starts a run for an event, and executes nothing of what is rejected', async () => {
    const action = {
      action_text: 'Create a new user with email second@example.com, first name Second, and last name User',
    };
    const before = new Set((await dev.executions()).map((one) => one.executionArn));
    await administrator.aws(
      'events',
      'put-events',
      '--entries',
      JSON.stringify([
        {
          Source: 'com.example.helpdesk',
          DetailType: 'ActionRequested',
          Detail: JSON.stringify(action),
          EventBusName: dev.named('event_bus_name'),
        },
        {
          Source: 'com.example.helpdesk',
          DetailType: 'SomethingElse',
          Detail: '{}',
          EventBusName: dev.named('event_bus_name'),
        },
      ]),
    );
    const { approval_id } = await dev.pendingApproval(ada, action.action_text);
    const started = (await dev.executions()).filter((one) => !before.has(one.executionArn));
    expect(started).toHaveLength(1);
    const { status } = await ada.hitl(
      ...[
        ...dev.api,
        'approvals',
        'reject',
        approval_id,
        '--user-id',
        'ada@example.com',
        '--reason',
        'nobody knows them',
      ],
    );
    expect(status).toBe(0);
    const finished = await dev.finished(started[0]?.executionArn ?? '');
    expect(dev.outputOf(finished)).toMatchObject({
      status: 'rejected',
      tool_calls: [{ status: 'rejected' }],
    });
    expect(usersCreated()).toHaveLength(1);
  });

  step('fails an execution without a request at once, with a named error', async () => {
    const finished = await dev.finished(await dev.startExecution({ text: 'no action' }));
    expect(finished).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
  });

  step('answers calls of its functions by name', async () => {
    const health = await dev.invoke('dev_api', { rawPath: '/healthz', requestContext: {} });
    expect(health).toMatchObject({ statusCode: 200 });
    const run = await dev.invoke('dev_advance', {
      action_text: 'List all users in example.com domain',
      execution_timeout: 300,
    });
    expect(run).toMatchObject({
      status: 'completed',
      tool_calls: [{ tool: 'list_users', status: 'succeeded' }],
    });
  });

  step('keeps what a function could not do for later', async () => {
    await dev.invokeLater('dev_advance', { not: 'a step' });
    await world.aws.settle();
    const queue = `http://sqs.${world.aws.region}.amazonaws.com/${world.aws.accountId}/dev_advance-dead-letters`;
    const received = await administrator.aws('sqs', 'receive-message', '--queue-url', queue);
    expect(received.Messages).toMatchObject([{ Body: '{"not":"a step"}' }]);
  });

  describeSlackSteps(step, () => ({ world, dev, administrator, viewer: ada, usersCreated }));

  step('ends as expired what nobody decides in time, by the deployed schedule', async () => {
    const action = {
      action_text: 'Create a new user with email third@example.com, first name Third, and last name User',
    };
    const arn = await dev.startExecution(action);
    await dev.pendingApproval(ada, action.action_text);
    await world.aws.settle();
    await world.aws.functions.putClockForward(25 * hourMs);
    await world.aws.runSchedules();
    const finished = await dev.finished(arn);
    expect(dev.outputOf(finished)).toMatchObject({ status: 'expired' });
    expect(usersCreated()).toHaveLength(2);
  });

  step('has all of it on a record that verifies, also offline and by another program', async () => {
    const { status, stdout, output } = await ada.hitl(...dev.api, 'audit', 'verify');
    expect([status, output]).toEqual([0, expect.anything()]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
    const runs = await ada.hitl(...dev.api, 'runs', 'list');
    const { items } = JSON.parse(runs.stdout) as { items: { status: string }[] };
    expect(items.map((item) => item.status).sort()).toEqual([
      'completed',
      'completed',
      'completed',
      'expired',
      'rejected',
    ]);

    const record = join(world.folder, 'record.jsonl');
    const exported = await ada.hitl(...dev.api.slice(0, 2), 'audit', 'export', '--out', record);
    expect([exported.status, exported.output]).toEqual([0, expect.anything()]);
    const verified = await ada.node('packages/audit/verify-export.mjs', record);
    expect([verified.status, verified.output]).toEqual([0, expect.anything()]);
    expect(readFileSync(record, 'utf8')).toContain('"vote-cast"');

    for (const name of ['runs', 'approvals', 'audit']) {
      const table = ['--select', 'COUNT', '--table-name', dev.named(`${name}_table_name`)];
      const { Count } = await administrator.aws('dynamodb', 'scan', ...table);
      expect([name, Count]).not.toEqual([name, 0]);
    }
  });

  step('called nothing outside of this world, and kept every secret out of its logs', async () => {
    expect(world.aws.strayRequests).toEqual([]);
    expect(world.bedrock.refusals).toEqual([]);
    const log = await world.aws.functions.readLog();
    expect(log.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
    expect(log).not.toContain('PRIVATE KEY');
    expect(log).not.toContain(['between', 'our', 'own', 'functions'].join('-'));
    for (const secret of [slackSigningSecret, world.slack.app.client_secret])
      expect(log).not.toContain(secret);
    const steps = log
      .split('\n')
      .filter((line) => line.includes('"workflow step"') && line.includes(execution))
      .map((line) => z.looseObject({ outcome: z.string() }).parse(JSON.parse(line)));
    expect(steps).toMatchObject([
      { state: 'Advance', execution_id: execution, outcome: 'awaiting_approval', input: createUser },
      { state: 'Advance', execution_id: execution, outcome: 'finished', output: { status: 'completed' } },
    ]);
    const { Items } = tokensSchema.parse(
      await administrator.aws(
        ...['dynamodb', 'scan', '--table-name', dev.named('approvals_table_name')],
        ...['--filter-expression', 'attribute_exists(#token)'],
        ...['--expression-attribute-names', '{"#token":"token"}'],
      ),
    );
    for (const { token } of Items) expect(log).not.toContain(token.S);
  });
});

describe('the end', () => {
  step(
    'leaves nothing of dev',
    async () => {
      const { status, output } = await administrator.deploy('dev', 'destroy', '--yes');
      expect([status, output]).toEqual([0, expect.stringContaining('Apply complete!')]);
      expect(await whatIsLeft(administrator, /(^|[/:])(dev[-_]|agentcore-dev)/)).toEqual([]);
    },
    8,
  );

  step(
    'takes the bootstrap only when its bucket has been emptied, and leaves nothing of it',
    async () => {
      const bucket = `hitl-mcp-state-${world.aws.accountId}-${world.aws.region}`;
      const refused = await administrator.deploy('bootstrap', 'destroy', '--yes');
      expect([refused.status, refused.output]).toEqual([
        1,
        expect.stringContaining('The bucket still holds states, and with it you would lose them.'),
      ]);
      await administrator.emptyBucket(bucket);
      const { status, output } = await administrator.deploy('bootstrap', 'destroy', '--yes');
      expect([status, output]).toEqual([0, expect.stringContaining('Apply complete!')]);
      expect(await whatIsLeft(administrator, /hitl-mcp-/)).toEqual([]);
    },
    5,
  );
});
