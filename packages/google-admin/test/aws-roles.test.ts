import { admin as createAdmin } from '@googleapis/admin';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthClient } from '../src/directory/create-auth-client.ts';
import { type Harness, startHarness } from './start-harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const user_key = 'user@example.com';
const roleArn = (name: string, account = '123456789012') => `arn:aws:iam::${account}:role/${name}`;
const providerArn = (name: string, account = '123456789012') =>
  `arn:aws:iam::${account}:saml-provider/${name}`;

/** Another administrator, at the service directly. */
function otherAdmin() {
  const { emulator, serverOptions } = harness;
  const auth = createAuthClient(serverOptions.credentials, {
    tokenUrl: emulator.tokenUrl,
    requestTimeoutMs: 5000,
    fetch,
  });
  const { users } = createAdmin({ version: 'directory_v1', auth, rootUrl: emulator.url });
  return {
    async entries(userKey = user_key): Promise<unknown[]> {
      const { data } = await users.get({ userKey, projection: 'full' });
      return (data.customSchemas as { SSO?: { role?: unknown[] } } | undefined)?.SSO?.role ?? [];
    },
    async put(role: unknown[], userKey = user_key) {
      await users.update({ userKey, requestBody: { customSchemas: { SSO: { role } as object } } });
    },
  };
}

describe('add_aws_role', () => {
  it('appends role then provider in the value, type custom, with a custom type, and keeps every other entry byte for byte', async () => {
    const before = await otherAdmin().entries();
    const { data } = await harness.call('add_aws_role', { user_key, admin_role: roleArn('NMD-Admin') });
    expect(data).toMatchObject({
      changed: true,
      account_id: '123456789012',
      identity_provider: providerArn('Google'),
      roles: [{ account_id: '987654321098' }, { admin_role: roleArn('NMD-Admin') }],
    });
    expect(await otherAdmin().entries()).toEqual([
      ...before,
      { value: `${roleArn('NMD-Admin')},${providerArn('Google')}`, type: 'custom', customType: 'SSO' },
    ]);
    expect(before).toContainEqual({ value: 'reports-dashboard', type: 'work' });
  });

  it('writes with PUT, never with PATCH', async () => {
    await harness.call('add_aws_role', { user_key, admin_role: roleArn('A') });
    await harness.call('remove_aws_role', { user_key, admin_role: roleArn('A') });
    expect(harness.sent('PUT')).toHaveLength(2);
    expect(harness.sent('PATCH')).toEqual([]);
  });

  it('writes nothing when the user has the pair already, in either order', async () => {
    await otherAdmin().put([
      { value: `${providerArn('Google')},${roleArn('A')}`, type: 'custom', customType: 'AWS' },
    ]);
    const puts = harness.sent('PUT').length;
    const { data } = await harness.call('add_aws_role', { user_key, admin_role: roleArn('A') });
    expect(data).toMatchObject({ changed: false, roles: [{ admin_role: roleArn('A') }] });
    expect(harness.sent('PUT')).toHaveLength(puts);
  });

  it.each([
    ['admin_role', { admin_role: 'arn:aws:iam::12345:role/X' }],
    ['admin_role', { admin_role: `${roleArn('X')} ` }],
    ['admin_role', { admin_role: roleArn('path/X') }],
    ['identity_provider', { admin_role: roleArn('X'), identity_provider: 'Google' }],
    [
      'identity_provider',
      { admin_role: roleArn('X'), identity_provider: providerArn('Google', '999999999999') },
    ],
  ])('refuses, naming %s: %j', async (path, input) => {
    const { error } = await harness.call('add_aws_role', { user_key, ...input });
    expect(error).toMatchObject({ code: 'invalid_input', errors: [{ path }] });
    expect(harness.emulator.requests).toEqual([]);
  });

  it('demands an identity provider where no default is configured', async () => {
    await harness.close();
    harness = await startHarness({ samlProviderName: undefined });
    const { error } = await harness.call('add_aws_role', { user_key, admin_role: roleArn('X') });
    expect(error).toMatchObject({ code: 'invalid_input', errors: [{ path: 'identity_provider' }] });
    const input = { user_key, admin_role: roleArn('X'), identity_provider: providerArn('Okta') };
    expect((await harness.call('add_aws_role', input)).data.changed).toBe(true);
  });

  it('grants only roles of the allow-list, in the preview and in the call', async () => {
    await harness.close();
    harness = await startHarness({ allowedRoleArns: [roleArn('Read*'), roleArn('Exact')] });
    for (const [name, code] of [
      ['ReadOnly', undefined],
      ['Exact', undefined],
      ['Exact2', 'forbidden'],
      ['Admin', 'forbidden'],
    ] as const) {
      const input = { user_key, admin_role: roleArn(name) };
      expect((await harness.call('preview_add_aws_role', input)).error?.code).toBe(code);
      expect((await harness.call('add_aws_role', input)).error?.code).toBe(code);
    }
  });

  it('tells that the custom schema is missing, before anything is written', async () => {
    await harness.close();
    harness = await startHarness({ roleSchema: { schema: 'Cloud', field: 'roles' } });
    const { error } = await harness.call('preview_add_aws_role', { user_key, admin_role: roleArn('A') });
    expect(error?.message).toContain('no custom schema Cloud with a multi-value field roles');
    expect((await harness.call('add_aws_role', { user_key, admin_role: roleArn('A') })).error?.code).toBe(
      'conflict',
    );
    expect(harness.sent('PUT')).toEqual([]);
  });

  it('previews what would be granted, with a digest over every entry', async () => {
    const input = { user_key, admin_role: roleArn('A') };
    const before = await harness.call('preview_add_aws_role', input);
    expect(before.data).toMatchObject({
      summary: `Grant ${roleArn('A')} in AWS account 123456789012 to user@example.com`,
      changes: [{ path: 'user@example.com/SSO.role', after: expect.arrayContaining(['reports-dashboard']) }],
    });
    expect((await harness.call('preview_add_aws_role', input)).data).toEqual(before.data);
    await harness.call('remove_aws_role', { user_key, account_id: '987654321098' });
    const drifted = await harness.call('preview_add_aws_role', input);
    expect(drifted.data.state_digest).not.toBe(before.data.state_digest);
  });
});

describe('remove_aws_role', () => {
  it('removes the last role, which PATCH could not', async () => {
    await otherAdmin().put([
      { value: `${roleArn('A')},${providerArn('P')}`, type: 'custom', customType: 'SSO' },
    ]);
    const { data } = await harness.call('remove_aws_role', { user_key, admin_role: roleArn('A') });
    expect(data).toMatchObject({ changed: true, removed: [{ admin_role: roleArn('A') }], roles: [] });
    expect(await otherAdmin().entries()).toEqual([]);
  });

  it('removes every role of an account, also ones with a path or in either order, and keeps all else', async () => {
    const keep = [
      {
        value: `${roleArn('B', '222222222222')},${providerArn('P', '222222222222')}`,
        type: 'custom',
        customType: 'Other',
      },
      { value: 'reports-dashboard', type: 'work' },
      { value: `see ${roleArn('A')}`, type: 'home' },
    ];
    await otherAdmin().put([
      { value: `${roleArn('team/A')},${providerArn('P')}`, type: 'custom', customType: 'SSO' },
      ...keep,
      { value: `${providerArn('P')}, ${roleArn('C')}`, type: 'custom', customType: 'SSO' },
    ]);
    const input = { user_key, account_id: '123456789012' };
    const preview = await harness.call('preview_remove_aws_role', input);
    expect(preview.data.summary).toContain('Take 2 roles away');
    const { data } = await harness.call('remove_aws_role', input);
    expect(data.removed).toHaveLength(2);
    expect(data.warnings).toEqual([expect.stringContaining(`see ${roleArn('A')}`)]);
    expect(await otherAdmin().entries()).toEqual(keep);
    expect((await harness.call('remove_aws_role', input)).data).toMatchObject({
      changed: false,
      removed: [],
    });
  });

  it('says in its schema that one of the two is needed, for whoever reads nothing else', async () => {
    const { tools } = await harness.client.listTools();
    for (const name of ['remove_aws_role', 'preview_remove_aws_role'])
      expect(tools.find((tool) => tool.name === name)?.inputSchema).toMatchObject({
        required: ['user_key'],
        anyOf: [{ required: ['admin_role'] }, { required: ['account_id'] }],
      });
  });

  it.each([{}, { admin_role: roleArn('A'), account_id: '123456789012' }, { account_id: '12' }])(
    'refuses %j: exactly one of the two, well-formed',
    async (input) => {
      const { error } = await harness.call('remove_aws_role', { user_key, ...input });
      expect(error?.code).toBe('invalid_input');
      expect(harness.emulator.requests).toEqual([]);
    },
  );
});

describe('two writers of one user', () => {
  it('keeps both of two roles that are added at the same time', async () => {
    const results = await Promise.all(
      ['A', 'B', 'C', 'D'].map((name) =>
        harness.call('add_aws_role', { user_key, admin_role: roleArn(name) }),
      ),
    );
    expect(results.map(({ data }) => data.changed)).toEqual([true, true, true, true]);
    expect((await harness.storedRoles(user_key)).sort()).toEqual(
      ['A', 'B', 'C', 'D'].map((name) => roleArn(name)).concat(roleArn('ReadOnly', '987654321098')),
    );
  });

  it('keeps both when one names the user by alias and the other by address', async () => {
    await Promise.all([
      harness.call('add_aws_role', { user_key: 'jsmith@example.com', admin_role: roleArn('A') }),
      harness.call('add_aws_role', { user_key: 'jane.smith@example.com', admin_role: roleArn('B') }),
    ]);
    expect((await harness.storedRoles('jane.smith@example.com')).sort()).toEqual([
      roleArn('A'),
      roleArn('B'),
    ]);
  });

  it('makes its change again when somebody else undid it between write and verification', async () => {
    const admin = otherAdmin();
    const theirs = { value: `${roleArn('Theirs')},${providerArn('P')}`, type: 'custom', customType: 'SSO' };
    harness.emulator.faults.add({ method: 'PUT', afterEffect: () => admin.put([theirs]) });
    const { data } = await harness.call('add_aws_role', { user_key, admin_role: roleArn('Ours') });
    expect(data.changed).toBe(true);
    expect((await harness.storedRoles(user_key)).sort()).toEqual([roleArn('Ours'), roleArn('Theirs')]);
  });

  it('gives up with a conflict when somebody else keeps undoing it', async () => {
    const admin = otherAdmin();
    const before = await admin.entries();
    // Every other PUT is the other administrator's own.
    const undo = async () => {
      harness.emulator.faults.add({ method: 'PUT' });
      await admin.put(before);
      harness.emulator.faults.add({ method: 'PUT', afterEffect: undo });
    };
    harness.emulator.faults.add({ method: 'PUT', afterEffect: undo });
    const { error } = await harness.call('add_aws_role', { user_key, admin_role: roleArn('Ours') });
    expect(error).toMatchObject({ code: 'conflict' });
    expect(await admin.entries()).toEqual(before);
  });
});

describe('lost answers and refusals', () => {
  it('adds the role once when the answer to the write is lost', async () => {
    harness.emulator.faults.add({ method: 'PUT', drop: 'after-effect' });
    const { data } = await harness.call('add_aws_role', { user_key, admin_role: roleArn('A') });
    expect(data.changed).toBe(true);
    expect(harness.sent('PUT')).toHaveLength(1);
    expect(await harness.storedRoles(user_key)).toEqual([roleArn('ReadOnly', '987654321098'), roleArn('A')]);
  });

  it('takes the role away once when the answer to the write is lost', async () => {
    harness.emulator.faults.add({ method: 'PUT', drop: 'after-effect' });
    const { data } = await harness.call('remove_aws_role', { user_key, account_id: '987654321098' });
    expect([data.changed, data.removed.length, harness.sent('PUT').length]).toEqual([true, 1, 1]);
    expect(await otherAdmin().entries()).toEqual([{ value: 'reports-dashboard', type: 'work' }]);
  });

  it('never repeats a write from an old read: after a refusal it reads again first', async () => {
    const admin = otherAdmin();
    const theirs = { value: `${roleArn('Theirs')},${providerArn('P')}`, type: 'custom', customType: 'SSO' };
    harness.emulator.faults.add({
      method: 'PUT',
      respond: { status: 503, reason: 'backendError' },
      afterEffect: () => admin.put([theirs]),
    });
    await harness.call('add_aws_role', { user_key, admin_role: roleArn('A') });
    expect((await harness.storedRoles(user_key)).sort()).toEqual([roleArn('A'), roleArn('Theirs')]);
  });

  it('says that the outcome is unknown when the write may stand and nothing can be read', async () => {
    harness.emulator.faults.add({
      method: 'PUT',
      drop: 'after-effect',
      afterEffect: async () =>
        harness.emulator.faults.add({ method: 'GET', times: 5, drop: 'before-effect' }),
    });
    const { error } = await harness.call('add_aws_role', { user_key, admin_role: roleArn('A') });
    expect(error?.code).toBe('outcome_unknown');
  });
});
