import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { parseGoogleCredentials } from './google-credentials.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const account = {
  type: 'service_account',
  client_email: 'sa@project.iam.gserviceaccount.com',
  private_key: privateKey,
};
const GOOGLE_ADMIN_SUBJECT = 'admin@example.com';
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

describe('Google credentials from variables', () => {
  it('are absent when nothing is set', () => {
    expect(parseGoogleCredentials({ GOOGLE_OAUTH_TOKEN: '  ' })).toBeUndefined();
  });

  it.each([JSON.stringify(account), base64(account)])('take a service account as JSON or base64', (value) => {
    expect(parseGoogleCredentials({ GOOGLE_SERVICE_ACCOUNT: value, GOOGLE_ADMIN_SUBJECT })).toEqual({
      kind: 'service_account',
      clientEmail: account.client_email,
      privateKey,
      subject: GOOGLE_ADMIN_SUBJECT,
    });
  });

  it('take stored OAuth credentials, with or without a refresh token', () => {
    const refresh = { client_id: 'id', client_secret: 's', refresh_token: 'r', token: 'old', expiry: 'x' };
    expect(parseGoogleCredentials({ GOOGLE_OAUTH_TOKEN: base64(refresh) })).toEqual({
      kind: 'oauth_refresh',
      clientId: 'id',
      clientSecret: 's',
      refreshToken: 'r',
    });
    expect(parseGoogleCredentials({ GOOGLE_OAUTH_TOKEN: base64({ access_token: 'a' }) })).toEqual({
      kind: 'oauth_access',
      accessToken: 'a',
    });
  });

  const marker = 'do-not-show-me';
  it.each([
    [{ GOOGLE_SERVICE_ACCOUNT: base64(account) }, 'GOOGLE_ADMIN_SUBJECT'],
    [{ GOOGLE_SERVICE_ACCOUNT: base64(account), GOOGLE_ADMIN_SUBJECT: 'admin' }, 'GOOGLE_ADMIN_SUBJECT'],
    [
      { GOOGLE_SERVICE_ACCOUNT: `{"private_key": "${marker}`, GOOGLE_ADMIN_SUBJECT },
      'GOOGLE_SERVICE_ACCOUNT',
    ],
    [
      { GOOGLE_SERVICE_ACCOUNT: base64({ ...account, private_key: marker }), GOOGLE_ADMIN_SUBJECT },
      'GOOGLE_SERVICE_ACCOUNT.private_key',
    ],
    [
      { GOOGLE_SERVICE_ACCOUNT: base64({ ...account, type: 'authorized_user' }), GOOGLE_ADMIN_SUBJECT },
      'GOOGLE_SERVICE_ACCOUNT.type',
    ],
    [{ GOOGLE_OAUTH_TOKEN: marker }, 'GOOGLE_OAUTH_TOKEN'],
    [{ GOOGLE_OAUTH_TOKEN: base64({ refresh_token: marker }) }, 'GOOGLE_OAUTH_TOKEN'],
    [{ GOOGLE_OAUTH_TOKEN: base64({ token: marker }), GOOGLE_SERVICE_ACCOUNT: 'x' }, 'GOOGLE_OAUTH_TOKEN'],
  ])('name the variable that is wrong and show no value: case %#', (variables, path) => {
    const parse = () => parseGoogleCredentials(variables);
    expect(parse).toThrow(
      expect.objectContaining({ code: 'invalid_input', errors: [expect.objectContaining({ path })] }),
    );
    expect(parse).not.toThrow(marker);
  });
});
