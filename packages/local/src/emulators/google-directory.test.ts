import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admin as createAdmin } from '@googleapis/admin';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JWT, OAuth2Client } from 'google-auth-library';
import { type GoogleDirectoryEmulator, startGoogleDirectoryEmulator } from './google-directory.ts';
import { schemaScope, userScope } from './google-directory-oauth.ts';

let dataDir: string;
let emulator: GoogleDirectoryEmulator;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'google-directory-'));
  emulator = await startGoogleDirectoryEmulator({ dataDir });
});
afterEach(async () => {
  await emulator.close();
  await rm(dataDir, { recursive: true });
});

/** The official client, its hard-coded token URL led to the emulator. */
function redirected(tokenUrl: string) {
  const fetchImplementation: typeof fetch = (input, init) =>
    fetch(String(input) === 'https://oauth2.googleapis.com/token' ? tokenUrl : input, init);
  return { fetchImplementation };
}

function jwt(options: Partial<ConstructorParameters<typeof JWT>[0]> = {}) {
  const { client_email: email, private_key: key } = emulator.credentials.serviceAccount;
  return new JWT({
    email,
    key,
    subject: emulator.adminSubject,
    scopes: [userScope, schemaScope],
    transporterOptions: redirected(emulator.tokenUrl),
    ...options,
  });
}

function directory(auth = jwt()) {
  return createAdmin({
    version: 'directory_v1',
    auth,
    rootUrl: emulator.url,
    retry: false,
  });
}

/** Status and reason of a refused call, as Google's error bodies tell them. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (caught: { response?: { status: number; data: { error: unknown } } }) => caught,
  );
  const body = error?.response?.data.error as { errors?: { reason: string }[] } | string | undefined;
  return [error?.response?.status, typeof body === 'string' ? body : body?.errors?.[0]?.reason];
}

/** The library's types know no custom schema. */
function rolesOf(customSchemas: unknown): unknown[] {
  return (customSchemas as { SSO?: { role?: unknown[] } } | undefined)?.SSO?.role ?? [];
}

const password = ['initial', 'secret', '1'].join('-');
const newUser = (primaryEmail: string) => ({
  primaryEmail,
  password,
  name: { givenName: 'Nora', familyName: 'New' },
});

describe('the emulated Google Directory, through the official client', () => {
  it('creates, reads by every kind of key, and never gives the password back', async () => {
    const { users } = directory();
    const made = await users.insert({ requestBody: newUser('Nora@example.com') });
    expect(made.data).toMatchObject({
      kind: 'admin#directory#user',
      id: expect.stringMatching(/^\d{21}$/),
      etag: expect.stringMatching(/^".+"$/),
      primaryEmail: 'nora@example.com',
      name: { fullName: 'Nora New' },
      suspended: false,
      orgUnitPath: '/',
      customerId: 'C0emulated',
    });
    expect(JSON.stringify(made.data)).not.toContain('assword"');
    const byId = await users.get({ userKey: made.data.id ?? '' });
    const byAlias = await users.get({ userKey: 'JSmith@example.com' });
    expect([byId.data.primaryEmail, byAlias.data.primaryEmail]).toEqual([
      'nora@example.com',
      'jane.smith@example.com',
    ]);
    const files = await Promise.all(
      (await readdir(dataDir)).map((name) => readFile(join(dataDir, name), 'utf8')),
    );
    expect(files.join()).not.toContain(password);
    expect(JSON.stringify(emulator.requests)).not.toContain(password);
  });

  it('refuses as Google does: duplicate, missing, invalid, unknown domain', async () => {
    const { users, schemas } = directory();
    expect(await refusal(users.insert({ requestBody: newUser('jane@example.com') }))).toEqual([
      409,
      'duplicate',
    ]);
    expect(await refusal(users.insert({ requestBody: newUser('a@other.org') }))).toEqual([404, 'notFound']);
    expect(await refusal(users.insert({ requestBody: newUser('no address') }))).toEqual([400, 'invalid']);
    const short = { ...newUser('a@example.com'), password: 'short' };
    expect(await refusal(users.insert({ requestBody: short }))).toEqual([400, 'invalid']);
    expect(await refusal(users.get({ userKey: 'nobody@example.com' }))).toEqual([404, 'notFound']);
    expect(await refusal(users.list({}))).toEqual([400, 'badRequest']);
    expect(await refusal(users.list({ customer: 'my_customer', maxResults: 501 }))).toEqual([400, 'invalid']);
    expect(await refusal(users.list({ customer: 'my_customer', query: 'colour=red' }))).toEqual([
      400,
      'invalid',
    ]);
    expect(await refusal(schemas.get({ customerId: 'my_customer', schemaKey: 'Nope' }))).toEqual([
      404,
      'notFound',
    ]);
  });

  it('lists by pages, domain and query; a page token belongs to its list', async () => {
    const { users } = directory();
    const seen: (string | null | undefined)[] = [];
    let pageToken: string | undefined;
    do {
      const page = await users.list({
        customer: 'my_customer',
        maxResults: 4,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      seen.push(...(page.data.users ?? []).map((user) => user.primaryEmail));
      pageToken = page.data.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    expect(seen).toEqual([...seen].sort());
    expect(new Set(seen).size).toBe(6);

    const search = async (query: string) => {
      const page = await users.list({ domain: 'example.com', query });
      return (page.data.users ?? []).map((user) => user.primaryEmail);
    };
    expect(await search('isSuspended=true')).toEqual(['left.company@example.com']);
    expect(await search('givenName=Jane familyName:smi')).toEqual(['jane.smith@example.com']);
    expect(await search('email:jane*')).toEqual(['jane.smith@example.com', 'jane@example.com']);
    expect(await search("orgUnitPath='/Finance'")).toEqual(['user@example.com']);
    expect(await search('SSO.role:987654321098')).toEqual(['user@example.com']);

    const first = await users.list({ domain: 'example.com', maxResults: 2 });
    const elsewhere = users.list({ customer: 'my_customer', pageToken: first.data.nextPageToken ?? '' });
    expect(await refusal(elsewhere)).toEqual([400, 'invalid']);
  });

  it('shows custom schemas only when the projection asks for them', async () => {
    const { users } = directory();
    const userKey = 'user@example.com';
    expect((await users.get({ userKey })).data.customSchemas).toBeUndefined();
    const masked = await users.get({ userKey, projection: 'custom', customFieldMask: 'SSO' });
    expect(rolesOf(masked.data.customSchemas)).toHaveLength(2);
    const other = await users.get({ userKey, projection: 'custom', customFieldMask: 'Other' });
    expect(other.data.customSchemas).toBeUndefined();
  });

  it('keeps what an update leaves out, and PATCH cannot clear a repeated field while PUT can', async () => {
    const { users } = directory();
    const userKey = 'user@example.com';
    const roles = async () =>
      rolesOf((await users.get({ userKey, projection: 'full' })).data.customSchemas).length;
    const cleared = { customSchemas: { SSO: { role: [] } } };
    await users.patch({ userKey, requestBody: cleared });
    expect(await roles()).toBe(2);
    await users.update({ userKey, requestBody: { suspended: true } });
    expect(await roles()).toBe(2);
    const { data } = await users.update({ userKey, requestBody: cleared });
    expect(data).toMatchObject({ suspended: true, suspensionReason: 'ADMIN', name: { givenName: 'Uma' } });
    expect(await roles()).toBe(0);
  });

  it('demands a custom type name and a known schema for custom values', async () => {
    const { users, schemas } = directory();
    const userKey = 'jane@example.com';
    const put = (customSchemas: Record<string, Record<string, unknown>>) =>
      users.update({ userKey, requestBody: { customSchemas } });
    expect(await refusal(put({ SSO: { role: [{ value: 'x', type: 'custom' }] } }))).toEqual([400, 'invalid']);
    expect(await refusal(put({ Cloud: { role: [{ value: 'x' }] } }))).toEqual([400, 'invalid']);
    await schemas.insert({
      customerId: 'my_customer',
      requestBody: {
        schemaName: 'Cloud',
        fields: [{ fieldName: 'role', fieldType: 'STRING', multiValued: true }],
      },
    });
    await put({ Cloud: { role: [{ value: 'x' }] } });
    const listed = await schemas.list({ customerId: 'my_customer' });
    expect(listed.data.schemas?.map((schema) => schema.schemaName)).toEqual(['SSO', 'Cloud']);
  });

  it('answers a stale If-Match with 412 and a signOut with 204', async () => {
    const { users } = directory();
    const userKey = 'jane@example.com';
    const { data } = await users.get({ userKey });
    await users.update({ userKey, requestBody: { suspended: true } });
    const stale = users.update(
      { userKey, requestBody: { suspended: false } },
      { headers: { 'if-match': data.etag ?? '' } },
    );
    expect(await refusal(stale)).toEqual([412, 'conditionNotMet']);
    expect((await users.signOut({ userKey })).status).toBe(204);
  });
});

describe('its token endpoint', () => {
  it('checks who signed, for whom, and for which scopes', async () => {
    const stranger = await import('node:crypto').then(({ generateKeyPairSync }) =>
      generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      }),
    );
    expect(await refusal(jwt({ key: stranger.privateKey }).authorize())).toEqual([400, 'invalid_grant']);
    expect(await refusal(jwt({ email: 'other@x.iam' }).authorize())).toEqual([400, 'invalid_grant']);
    const drive = jwt({ scopes: ['https://www.googleapis.com/auth/drive'] });
    expect(await refusal(drive.authorize())).toEqual([401, 'unauthorized_client']);
    const list = { customer: 'my_customer' };
    const asJane = directory(jwt({ subject: 'jane@example.com' }));
    expect(await refusal(asJane.users.list(list))).toEqual([403, 'forbidden']);
    const readOnly = directory(jwt({ scopes: [`${userScope}.readonly`] }));
    expect((await readOnly.users.list(list)).status).toBe(200);
    const write = readOnly.users.insert({ requestBody: newUser('x@example.com') });
    expect(await refusal(write)).toEqual([403, 'insufficientPermissions']);
  });

  it('refreshes an OAuth token, and refuses a revoked one and a missing one', async () => {
    const {
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token,
    } = emulator.credentials.authorizedUser;
    const client = new OAuth2Client({
      clientId,
      clientSecret,
      endpoints: { oauth2TokenUrl: emulator.tokenUrl },
    });
    client.setCredentials({ refresh_token });
    const { token } = await client.getAccessToken();
    const list = `${emulator.url}admin/directory/v1/users?customer=my_customer`;
    const ok = await fetch(list, { headers: { authorization: `Bearer ${token}` } });
    expect(ok.status).toBe(200);
    const bare = await fetch(list);
    expect([bare.status, await bare.json()]).toMatchObject([
      401,
      { error: { errors: [{ reason: 'authError' }] } },
    ]);
    client.setCredentials({ refresh_token: 'revoked' });
    expect(await refusal(client.getAccessToken())).toEqual([400, 'invalid_grant']);
  });
});

describe('its faults and its disk', () => {
  it('injects an error a given number of times, with headers', async () => {
    const { users } = directory();
    emulator.faults.add({
      method: 'GET',
      path: /users\/jane@|users\/jane%40/,
      times: 2,
      respond: { status: 403, reason: 'userRateLimitExceeded', headers: { 'retry-after': '1' } },
    });
    const get = () => users.get({ userKey: 'jane@example.com' });
    expect(await refusal(get())).toEqual([403, 'userRateLimitExceeded']);
    expect(await refusal(get())).toEqual([403, 'userRateLimitExceeded']);
    expect((await get()).status).toBe(200);
  });

  it('cuts the connection after the effect', async () => {
    const { users } = directory();
    emulator.faults.add({ method: 'POST', path: /\/users$/, drop: 'after-effect' });
    await expect(users.insert({ requestBody: newUser('nora@example.com') })).rejects.toThrow();
    expect((await users.get({ userKey: 'nora@example.com' })).status).toBe(200);
  });

  it('hides a new user from the first reads', async () => {
    const { users } = directory();
    emulator.faults.hiddenReadsAfterInsert = 2;
    await users.insert({ requestBody: newUser('nora@example.com') });
    const get = () => users.get({ userKey: 'nora@example.com' });
    expect(await refusal(get())).toEqual([404, 'notFound']);
    expect(await refusal(get())).toEqual([404, 'notFound']);
    expect((await get()).status).toBe(200);
  });

  it('keeps everything over a restart, also tokens and credentials, readable by the owner only', async () => {
    const auth = jwt();
    await directory(auth).users.insert({ requestBody: newUser('nora@example.com') });
    const before = emulator.credentials;
    await emulator.close();
    emulator = await startGoogleDirectoryEmulator({ dataDir });
    expect(emulator.credentials).toEqual(before);
    const again = await directory(auth).users.get({ userKey: 'nora@example.com' });
    expect(again.data.name?.givenName).toBe('Nora');
    for (const name of await readdir(dataDir)) expect((await stat(join(dataDir, name))).mode & 0o077).toBe(0);
  });

  it('has every answered user after kill -9', async () => {
    await emulator.close();
    const source = `
      import { startGoogleDirectoryEmulator } from ${JSON.stringify(new URL('./google-directory.ts', import.meta.url).href)};
      const emulator = await startGoogleDirectoryEmulator({ dataDir: ${JSON.stringify(dataDir)} });
      process.stdout.write(JSON.stringify([emulator.url, emulator.tokenUrl]));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [rootUrl, tokenUrl] = JSON.parse(line.toString()) as [string, string];
    const { users } = createAdmin({
      version: 'directory_v1',
      auth: jwt({ transporterOptions: redirected(tokenUrl) }),
      rootUrl,
      retry: false,
    });
    const answered: string[] = [];
    const writers = [0, 1, 2].map(async (writer) => {
      for (let n = 0; ; n += 1) {
        const email = `u${writer}-${n}@example.com`;
        await users.insert({ requestBody: newUser(email) });
        answered.push(email);
        if (answered.length === 20) child.kill('SIGKILL');
      }
    });
    await Promise.allSettled(writers);
    emulator = await startGoogleDirectoryEmulator({ dataDir });
    const { data } = await directory().users.list({ domain: 'example.com', maxResults: 500 });
    const stored = data.users?.map((user) => user.primaryEmail);
    expect(answered.length).toBeGreaterThanOrEqual(20);
    expect(stored).toEqual(expect.arrayContaining(answered));
  });
});
