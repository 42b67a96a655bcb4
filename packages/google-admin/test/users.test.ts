import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFilePasswordDelivery } from '../src/index.ts';
import { type Harness, startHarness } from './start-harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const nora = { primary_email: 'nora@example.com', first_name: 'Nora', last_name: 'New' };
const insertPath = /\/users$/;

describe('create_user', () => {
  it('makes the account with a generated password that neither the result nor any text shows', async () => {
    const { data, text } = await harness.call('create_user', { ...nora, org_unit_path: '/Engineering' });
    expect(data).toMatchObject({
      created: true,
      user: { primary_email: 'nora@example.com', org_unit_path: '/Engineering', suspended: false },
      change_password_at_next_login: true,
      password_reference: 'mailbox 1',
    });
    const [secret] = harness.delivered;
    expect(secret?.primary_email).toBe('nora@example.com');
    expect(secret?.password).toMatch(/^[A-Za-z0-9_.+=-]{24}$/);
    expect(text).not.toContain(secret?.password);
    expect(harness.sent('POST').find(({ path }) => insertPath.test(path))?.body).toMatchObject({
      changePasswordAtNextLogin: true,
    });
  });

  it('has no argument through which a model could set or see a password', async () => {
    const { error } = await harness.call('create_user', { ...nora, password: 'x'.repeat(12) });
    expect(error).toMatchObject({ code: 'invalid_input', errors: [{ path: 'password' }] });
    expect(harness.emulator.requests).toEqual([]);
  });

  it('takes an account that exists with the same data as success and leaves it and its password alone', async () => {
    await harness.call('create_user', nora);
    const again = await harness.call('create_user', { ...nora, primary_email: 'Nora@Example.com' });
    expect(again.data).toMatchObject({ created: false, change_password_at_next_login: false });
    expect(harness.delivered).toHaveLength(1);
    expect(harness.sent('POST').filter(({ path }) => insertPath.test(path))).toHaveLength(1);
  });

  it.each([
    [{ ...nora, primary_email: 'jane@example.com' }, 'belongs to Jane Miller'],
    [{ primary_email: 'jane@example.com', first_name: 'Jane', last_name: 'Miller' }, 'is in /Engineering'],
    [
      { primary_email: 'jsmith@example.com', first_name: 'Jane', last_name: 'Smith' },
      'is an alias of jane.smith',
    ],
  ])('calls an account that exists with other data a conflict and says which: %j', async (input, reason) => {
    const { error } = await harness.call('create_user', input);
    expect(error?.code).toBe('conflict');
    expect(error?.message).toContain(reason);
    expect(harness.delivered).toEqual([]);
  });

  it('makes exactly one account when the answer to its creation is lost', async () => {
    harness.emulator.faults.add({ method: 'POST', path: insertPath, drop: 'after-effect' });
    const { data } = await harness.call('create_user', nora);
    expect(data).toMatchObject({ created: true, user: { primary_email: 'nora@example.com' } });
    expect(harness.delivered).toHaveLength(1);
    const list = await harness.call('list_users', { query: 'email:nora*' });
    expect(list.data.users).toHaveLength(1);
  });

  it('tells its own lost creation from one that somebody else made first', async () => {
    harness.emulator.faults.add({
      method: 'POST',
      path: insertPath,
      respond: { status: 409, reason: 'duplicate', message: 'Entity already exists.' },
    });
    harness.emulator.faults.add({
      method: 'GET',
      path: /john\.doe/,
      respond: { status: 404, reason: 'notFound' },
    });
    const john = { primary_email: 'john.doe@example.com', first_name: 'John', last_name: 'Doe' };
    const { data } = await harness.call('create_user', john);
    expect(data).toMatchObject({ created: false });
    expect(harness.delivered).toEqual([]);
  });

  it('waits for an account that is not visible yet, and so does the next tool', async () => {
    harness.emulator.faults.hiddenReadsAfterInsert = 8;
    const made = await harness.call('create_user', nora);
    expect(made.data.created).toBe(true);
    const read = await harness.call('get_user', { user_key: 'nora@example.com' });
    expect(read.data.first_name).toBe('Nora');
    expect(harness.waits.length).toBeGreaterThanOrEqual(7);
  });

  it('does not wait for an account that it did not make, nor for one whose creation was refused', async () => {
    expect((await harness.call('get_user', { user_key: 'nobody@example.com' })).error?.code).toBe(
      'not_found',
    );
    const refused = await harness.call('create_user', { ...nora, org_unit_path: '/Nowhere' });
    expect(refused.error).toMatchObject({ code: 'invalid_input' });
    expect(harness.delivered).toEqual([]);
    expect((await harness.call('get_user', { user_key: nora.primary_email })).error?.code).toBe('not_found');
    expect(harness.waits).toEqual([]);
  });

  it('says that the outcome is unknown, and keeps the password, when no answer ever comes', async () => {
    harness.emulator.faults.add({ method: 'POST', path: insertPath, times: 5, drop: 'before-effect' });
    const { error } = await harness.call('create_user', nora);
    expect(error?.code).toBe('outcome_unknown');
    expect(harness.delivered).toHaveLength(1);
  });

  it('creates nothing when the password cannot be delivered', async () => {
    await harness.close();
    harness = await startHarness({
      passwordDelivery: {
        deliver: async () => {
          throw new Error('disk full');
        },
      },
    });
    expect((await harness.call('create_user', nora)).error?.code).toBe('internal');
    expect((await harness.call('get_user', { user_key: nora.primary_email })).error?.code).toBe('not_found');
  });

  it('previews the creation, and refuses to preview a conflict', async () => {
    const { data } = await harness.call('preview_create_user', nora);
    expect(data).toMatchObject({
      summary: 'Create the account nora@example.com for Nora New in /',
      changes: [{ path: 'nora@example.com', before: null, after: { first_name: 'Nora' } }],
    });
    const conflict = await harness.call('preview_create_user', {
      ...nora,
      primary_email: 'jane@example.com',
    });
    expect(conflict.error?.code).toBe('conflict');
    await harness.call('create_user', nora);
    const later = await harness.call('preview_create_user', nora);
    expect(later.data.state_digest).not.toBe(data.state_digest);
    expect(later.data.changes).toEqual([]);
  });
});

describe('the owner-only password file', () => {
  it('holds the password, is readable by the owner only, and goes when it is withdrawn', async () => {
    const directory = join(await mkdtemp(join(tmpdir(), 'passwords-')), 'inner');
    const delivery = createFilePasswordDelivery(directory);
    const secret = { primary_email: '../evil@example.com', password: ['pass', '1'].join('') };
    const { reference, withdraw } = await delivery.deliver(secret);
    expect(reference.startsWith(`${directory}/`)).toBe(true);
    expect(JSON.parse(await readFile(reference, 'utf8'))).toEqual(secret);
    expect((await stat(reference)).mode & 0o077).toBe(0);
    expect((await stat(directory)).mode & 0o077).toBe(0);
    await withdraw();
    await expect(stat(reference)).rejects.toThrow('ENOENT');
    await rm(directory, { recursive: true });
  });
});

describe('list_users and get_user', () => {
  it('lists page by page with a query, of one domain or of the whole organisation', async () => {
    const first = await harness.call('list_users', { domain: 'example.com', max_results: 4 });
    expect(first.data.users).toHaveLength(4);
    const second = await harness.call('list_users', {
      domain: 'example.com',
      max_results: 4,
      page_token: first.data.next_page_token,
    });
    expect(second.data.users).toHaveLength(2);
    expect(second.data.next_page_token).toBeUndefined();
    const suspended = await harness.call('list_users', { query: 'isSuspended=true' });
    expect(suspended.data.users).toMatchObject([{ primary_email: 'left.company@example.com' }]);
    const paths = harness.sent('GET').map(({ path }) => path);
    expect(paths[0]).toContain('domain=example.com');
    expect(paths[2]).toContain('customer=my_customer');
  });

  it('shows a user with AWS roles by address, alias or id', async () => {
    const { data } = await harness.call('get_user', { user_key: 'user@example.com' });
    expect(data).toMatchObject({
      first_name: 'Uma',
      aws_roles: [{ account_id: '987654321098', admin_role: 'arn:aws:iam::987654321098:role/ReadOnly' }],
    });
    expect((await harness.call('get_user', { user_key: data.id })).data).toEqual(data);
    const alias = await harness.call('get_user', { user_key: 'jsmith@example.com' });
    expect(alias.data.primary_email).toBe('jane.smith@example.com');
  });

  it.each(['me', '../users', 'a@b/signOut', 'jane@example.com?x=1', '', 'two words@example.com'])(
    'refuses %j as a user key without asking Google',
    async (user_key) => {
      const { error } = await harness.call('get_user', { user_key });
      expect(error).toMatchObject({ code: 'invalid_input', errors: [{ path: 'user_key' }] });
      expect(harness.emulator.requests).toEqual([]);
    },
  );
});

describe('suspend_user and restore_user', () => {
  const user_key = 'jane@example.com';

  it('suspends with PUT and ends the sessions; restores; both are no change the second time', async () => {
    const suspended = await harness.call('suspend_user', { user_key });
    expect(suspended.data).toMatchObject({ changed: true, signed_out: true, user: { suspended: true } });
    expect(harness.sent('PUT').map(({ body }) => body)).toEqual([{ suspended: true }]);
    expect(harness.sent('PATCH')).toEqual([]);
    expect(harness.sent('POST').at(-1)?.path).toMatch(/\/signOut$/);
    expect((await harness.call('suspend_user', { user_key })).data).toMatchObject({
      changed: false,
      signed_out: true,
    });
    expect((await harness.call('restore_user', { user_key })).data).toMatchObject({
      changed: true,
      user: { suspended: false },
    });
    expect((await harness.call('restore_user', { user_key })).data).toMatchObject({ changed: false });
  });

  it('suspends once when the answer is lost', async () => {
    harness.emulator.faults.add({ method: 'PUT', drop: 'after-effect' });
    expect((await harness.call('suspend_user', { user_key })).data).toMatchObject({
      changed: true,
      signed_out: true,
    });
  });

  it('says so when the account is suspended but its sessions live on', async () => {
    harness.emulator.faults.add({
      method: 'POST',
      path: /signOut/,
      respond: { status: 403, reason: 'forbidden', message: 'Not Authorized' },
    });
    const { data } = await harness.call('suspend_user', { user_key });
    expect(data).toMatchObject({
      changed: true,
      signed_out: false,
      warnings: [expect.stringContaining('Not Authorized')],
    });
  });

  it('refuses to suspend the account that it acts as', async () => {
    const input = { user_key: harness.emulator.adminSubject };
    expect((await harness.call('suspend_user', input)).error?.code).toBe('forbidden');
    expect((await harness.call('preview_suspend_user', input)).error?.code).toBe('forbidden');
    expect(harness.sent('PUT')).toEqual([]);
  });

  it('previews with a digest that changes when the account does', async () => {
    const before = await harness.call('preview_suspend_user', { user_key });
    expect(before.data).toMatchObject({
      summary: 'Suspend Jane Miller (jane@example.com)',
      changes: [{ path: 'jane@example.com/suspended', before: false, after: true }],
    });
    await harness.call('add_aws_role', { user_key, admin_role: 'arn:aws:iam::123456789012:role/R' });
    expect((await harness.call('preview_suspend_user', { user_key })).data).toEqual(before.data);
    await harness.call('suspend_user', { user_key });
    const after = await harness.call('preview_suspend_user', { user_key });
    expect(after.data.state_digest).not.toBe(before.data.state_digest);
    expect(after.data).toMatchObject({ changes: [], summary: expect.stringContaining('suspended already') });
  });
});
