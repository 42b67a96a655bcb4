import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGoogleAdminServer, parseGoogleCredentials } from '../src/index.ts';
import { type Harness, startHarness } from './start-harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const read = () => harness.call('get_user', { user_key: 'jane@example.com' });
const gets = () => harness.sent('GET').length;

describe('what Google refuses', () => {
  it.each([
    [403, 'userRateLimitExceeded'],
    [403, 'rateLimitExceeded'],
    [403, 'quotaExceeded'],
    [429, 'rateLimitExceeded'],
    [503, 'backendError'],
    [500, 'internalError'],
    [412, 'conditionNotMet'],
  ])('is tried again with growing waits for %d %s, read and write alike', async (status, reason) => {
    harness.emulator.faults.add({ method: 'GET', times: 3, respond: { status, reason } });
    expect((await read()).data.first_name).toBe('Jane');
    expect(gets()).toBe(4);
    expect(harness.waits).toEqual([750, 1500, 3000]);
    harness.emulator.faults.add({ method: 'POST', path: /users$/, times: 2, respond: { status, reason } });
    const nora = { primary_email: 'nora@example.com', first_name: 'Nora', last_name: 'New' };
    expect((await harness.call('create_user', nora)).data.created).toBe(true);
    harness.emulator.faults.add({ method: 'PUT', respond: { status, reason } });
    expect((await harness.call('suspend_user', { user_key: 'nora@example.com' })).data.changed).toBe(true);
  });

  it.each([
    [403, 'forbidden', 'forbidden'],
    [403, 'notAuthorized', 'forbidden'],
    [403, 'insufficientPermissions', 'forbidden'],
    [401, 'authError', 'unauthenticated'],
    [400, 'invalid', 'invalid_input'],
    [404, 'notFound', 'not_found'],
  ])('is never tried again for %d %s', async (status, reason, code) => {
    harness.emulator.faults.add({ times: 9, path: /users/, respond: { status, reason, message: 'No.' } });
    expect((await read()).error?.code).toBe(code);
    expect(gets()).toBe(1);
    expect(harness.waits).toEqual([]);
  });

  it('ends as unavailable after the last attempt', async () => {
    harness.emulator.faults.add({
      times: 9,
      path: /users/,
      respond: { status: 503, reason: 'backendError' },
    });
    expect((await read()).error).toMatchObject({ code: 'unavailable', is_retryable: true });
    expect(gets()).toBe(5);
  });

  it('waits at least as long as Retry-After says', async () => {
    harness.emulator.faults.add({
      method: 'GET',
      respond: { status: 429, reason: 'rateLimitExceeded', headers: { 'retry-after': '7' } },
    });
    await read();
    expect(harness.waits).toEqual([7000]);
  });

  it('survives a cut connection on a read', async () => {
    harness.emulator.faults.add({ method: 'GET', drop: 'before-effect' });
    expect((await read()).data.first_name).toBe('Jane');
  });

  it('says that the service is unreachable, without a stack', async () => {
    await read();
    await harness.emulator.close();
    const { error, text } = await read();
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('ECONNREFUSED') });
    expect(text).not.toMatch(/\bat .*\.(ts|js)/);
  });
});

describe('time', () => {
  it('gives up on an exchange after the request time limit and tries again', async () => {
    await harness.close();
    harness = await startHarness({ requestTimeoutMs: 300 });
    await read();
    harness.emulator.faults.add({ method: 'GET', delayMs: 2000 });
    expect((await read()).data.first_name).toBe('Jane');
  });

  it('stops waiting and sending when the caller cancels', async () => {
    await harness.close();
    const abort = new AbortController();
    harness = await startHarness({
      sleep: (_ms, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          abort.abort();
        }),
    });
    harness.emulator.faults.add({
      method: 'GET',
      times: 9,
      respond: { status: 503, reason: 'backendError' },
    });
    const call = harness.client.callTool(
      { name: 'get_user', arguments: { user_key: 'jane@example.com' } },
      undefined,
      { signal: abort.signal },
    );
    await expect(call).rejects.toThrow();
    expect(gets()).toBe(1);
  });
});

describe('a creation that runs out of time', () => {
  it('is an open question once it was sent, and its password stays where its owner finds it', async () => {
    await harness.close();
    const stop = new AbortController();
    harness = await startHarness({
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (init?.method === 'POST' && String(input).includes('/users')) stop.abort();
        return answer;
      },
    });
    const tool = harness.spec.tools.find(({ name }) => name === 'create_user');
    const call = tool?.execute(
      { primary_email: 'late@example.com', first_name: 'Late', last_name: 'Comer' },
      { signal: stop.signal },
    );
    await expect(call).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(harness.delivered.map(({ primary_email }) => primary_email)).toEqual(['late@example.com']);
    expect((await harness.call('get_user', { user_key: 'late@example.com' })).data.first_name).toBe('Late');
  });
});

describe('credentials', () => {
  it('serves with an OAuth refresh token as with a service account', async () => {
    const token = Buffer.from(JSON.stringify(harness.emulator.credentials.authorizedUser)).toString('base64');
    const credentials = parseGoogleCredentials({ GOOGLE_OAUTH_TOKEN: token });
    if (credentials === undefined) throw new Error('credentials were given');
    const spec = createGoogleAdminServer({ ...harness.serverOptions, credentials });
    const tool = spec.tools.find(({ name }) => name === 'get_user');
    const user = await tool?.execute(
      { user_key: 'jane@example.com' },
      { signal: new AbortController().signal },
    );
    expect(user).toMatchObject({ first_name: 'Jane' });
  });

  it('explains refused credentials, missing delegation and a subject who is no administrator', async () => {
    const { credentials } = harness.serverOptions;
    if (credentials.kind !== 'service_account') throw new Error('the harness uses a service account');
    const cases = [
      [{ ...credentials, clientEmail: 'other@x.iam' }, 'unauthenticated', 'account not found'],
      [{ ...credentials, subject: 'jane@example.com' }, 'forbidden', 'Not Authorized'],
    ] as const;
    for (const [wrong, code, words] of cases) {
      const spec = createGoogleAdminServer({ ...harness.serverOptions, credentials: wrong });
      const tool = spec.tools.find(({ name }) => name === 'get_user');
      const call = tool?.execute({ user_key: 'jane@example.com' }, { signal: new AbortController().signal });
      await expect(call).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    }
  });

  it('refuses a service address that is neither https nor loopback, and wrong names in options', () => {
    const { serverOptions } = harness;
    const make = (options: object) => () => createGoogleAdminServer({ ...serverOptions, ...options });
    expect(make({ rootUrl: 'http://directory.example.com' })).toThrow('rootUrl must be an https URL');
    expect(make({ tokenUrl: 'ftp://x' })).toThrow('tokenUrl');
    expect(make({ samlProviderName: 'a b' })).toThrow('samlProviderName');
    expect(make({ roleSchema: { schema: '../x', field: 'role' } })).toThrow('roleSchema.schema');
  });
});
